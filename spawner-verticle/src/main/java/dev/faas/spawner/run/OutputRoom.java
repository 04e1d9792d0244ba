package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.RepeatingTask;
import java.time.Duration;

/**
 * Whether the event stream has room for output. Beyond 92 % of it output is dropped, so that what runs can still store its
 * end; submits are refused before that, at 85 %. As of a second ago: the rest is room enough for what a second brings.
 */
public final class OutputRoom {
    private static final double FULL = 0.92;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ActivationEvents events;
    private volatile boolean full;

    public OutputRoom(ActivationEvents events) {
        this.events = events;
    }

    /** Looks now, before anything runs, and from then on once a second. */
    public RepeatingTask watch() throws InterruptedException {
        look();
        return RepeatingTask.startAfterPause("output room", PAUSE, this::look);
    }

    private void look() throws InterruptedException {
        full = Blocking.awaitReply(events.streamUsage()).fillRatioWith(0) > FULL;
    }

    boolean isFull() {
        return full;
    }
}
