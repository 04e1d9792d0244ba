package dev.faas.dispatcher.ended;

import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Nats;
import dev.faas.pg.Pg;
import dev.faas.wire.Subjects;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;

/**
 * Hands ends of activations on: to the schedules that submitted them, and to the destinations of their owners. The projector adds
 * them to the table {@code ended} in the transaction of the terminal row; a crash leaves them there.
 */
public final class EndedDispatcher {
    private static final int BATCH = 500;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final EndedStore store;
    private final Runnable onHandled;
    private final Wake wake;
    private int batch = BATCH;
    private long countedAt = System.nanoTime();
    private volatile long waiting;

    private EndedDispatcher(EndedStore store, Runnable onHandled, Wake wake) {
        this.store = store;
        this.onHandled = onHandled;
        this.wake = wake;
    }

    /** @param onHandled is called when something was handed on */
    public static void start(
            Lifecycle.Steps on,
            Nats nats,
            Pg pg,
            List<EndedStore.Handler> handlers,
            Runnable onHandled,
            MeterRegistry meters)
            throws Exception {
        var wake = new Wake();
        var dispatcher = new EndedDispatcher(new EndedStore(pg, handlers), onHandled, wake);
        Gauge.builder("faas.ends.waiting", () -> dispatcher.waiting)
                .description("Ends of activations of the whole platform that are not handed on yet")
                .register(meters);
        on.open(
                "notifications of ends",
                () -> nats.subscribe(Subjects.ENDED, message -> wake.up()),
                Nats.Subscription::close);
        on.open("ends", () -> RepeatingTask.startPaced("ends", LONGEST_PAUSE, dispatcher::runOnce), task -> {
            wake.up();
            task.stop();
        });
    }

    /** Blocks, also for the pause. */
    private Duration runOnce() throws Exception {
        int limit = batch;
        // After a failure, such as a batch of owners with many destinations that took too long, the next one is
        // smaller.
        batch = Math.max(1, limit / 2);
        int taken = Blocking.await(store.take(limit));
        batch = Math.min(BATCH, limit * 2);
        if (taken == 0) {
            waiting = 0;
            wake.sleep(LONGEST_PAUSE);
            return Duration.ZERO;
        }
        onHandled.run();
        if (System.nanoTime() - countedAt > LONGEST_PAUSE.toNanos()) {
            countedAt = System.nanoTime();
            waiting = Blocking.await(store.count());
        }
        return Duration.ZERO;
    }
}
