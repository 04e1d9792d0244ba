package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.StreamLimits;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.RepeatingTask;
import java.time.Duration;

/**
 * Checks once a second whether the event stream has room for output ({@link StreamLimits#DROP_OUTPUT_ABOVE}). The space above
 * that limit is enough for what arrives within a second.
 */
public final class OutputRoom {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ActivationEvents events;
    private volatile boolean full;

    public OutputRoom(ActivationEvents events) {
        this.events = events;
    }

    /** Checks once before it returns. */
    public RepeatingTask watch() throws InterruptedException {
        check();
        return RepeatingTask.startAfterPause("output room", PAUSE, this::check);
    }

    private void check() throws InterruptedException {
        full = Blocking.awaitReply(events.streamUsage()).fillRatioWith(0) > StreamLimits.DROP_OUTPUT_ABOVE;
    }

    boolean isFull() {
        return full;
    }
}
