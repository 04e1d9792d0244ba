package dev.faas.registry.schedule;

import dev.faas.lifecycle.Blocking;
import java.time.Duration;
import java.time.InstantSource;

/** Removes ticks that were decided long ago. */
public final class TickRetention {
    static final Duration KEPT = Duration.ofDays(30);
    /** While one activation runs, a schedule of every second has 86,400 a day. */
    private static final Duration SKIPPED_KEPT = Duration.ofDays(1);

    private static final int BATCH = 5_000;

    private final ScheduleStore store;
    private final InstantSource clock;

    public TickRetention(ScheduleStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Returns whether there may be more. Blocks. */
    public boolean runOnce() throws Exception {
        var now = clock.instant();
        int skipped = Blocking.await(store.pruneSkipped(now.minus(SKIPPED_KEPT), BATCH));
        int old = Blocking.await(store.prune(now.minus(KEPT), BATCH));
        return skipped == BATCH || old == BATCH;
    }
}
