package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.RepeatingTask;
import java.time.Duration;

/**
 * Checks once a second whether the event stream has room for output. Above 92 % output is dropped, so that runs can still
 * store their end; submits are refused earlier, at 85 %. The last 8 % is room enough for what one second brings.
 */
public final class OutputRoom {
    private static final double FULL = 0.92;
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
        full = Blocking.awaitReply(events.streamUsage()).fillRatioWith(0) > FULL;
    }

    boolean isFull() {
        return full;
    }
}
