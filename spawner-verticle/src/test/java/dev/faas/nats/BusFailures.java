package dev.faas.nats;

/** What the bus fails with, for tests that have no bus. */
public final class BusFailures {
    private BusFailures() {}

    public static BusException unknown() {
        return new BusException.OutcomeUnknown("a test", new IllegalStateException());
    }

    public static BusException full() {
        return new BusException.StreamFull("EVENTS");
    }

    public static BusException refused() {
        return new BusException.CompareAndSetRefused("a test");
    }
}
