package dev.faas.activation;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * For how long this process has run without a break. One that was frozen has heard nothing meanwhile, though others may have
 * spoken, or were frozen with it. Thread-safe.
 */
final class UninterruptedTime {
    static final Duration LOOK = Duration.ofSeconds(1);
    /** A shorter one leaves enough of what was listened to. */
    private static final Duration BREAK = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private long since;
    private long looked;

    UninterruptedTime(LongSupplier nanos) {
        this.nanos = nanos;
        this.since = nanos.getAsLong();
        this.looked = since;
    }

    /** Whoever asks first after a break finds it; so somebody has to ask {@linkplain #LOOK again and again}. */
    synchronized Duration lasts() {
        long now = nanos.getAsLong();
        if (now - looked > BREAK.toNanos()) {
            since = now;
        }
        looked = now;
        return Duration.ofNanos(now - since);
    }
}
