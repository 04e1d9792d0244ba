package dev.faas.registry.schedule;

import dev.faas.lifecycle.Blocking;
import java.time.Duration;
import java.time.InstantSource;

/** Removes ticks that were decided long ago. */
public final class TickRetention {
    static final Duration KEPT = Duration.ofDays(30);
    private static final int BATCH = 5_000;

    private final ScheduleStore store;
    private final InstantSource clock;

    public TickRetention(ScheduleStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Returns whether there may be more. Blocks. */
    public boolean runOnce() throws Exception {
        return Blocking.await(store.prune(clock.instant().minus(KEPT), BATCH)) == BATCH;
    }
}
