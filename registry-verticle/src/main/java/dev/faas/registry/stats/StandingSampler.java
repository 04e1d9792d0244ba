package dev.faas.registry.stats;

import dev.faas.activation.queue.QueueTable;
import dev.faas.lifecycle.Blocking;
import java.time.Duration;
import java.time.InstantSource;

/** Notes how much waits and runs, for functions with work, and removes what is too old. Runs in one registry. */
public final class StandingSampler {
    public static final Duration PAUSE = Duration.ofSeconds(10);

    private final QueueTable table;
    private final StatStore store;
    private final InstantSource clock;

    public StandingSampler(QueueTable table, StatStore store, InstantSource clock) {
        this.table = table;
        this.store = store;
        this.clock = clock;
    }

    /** Always false: what is left of a removal is for the next round. Blocks. */
    public boolean runOnce() throws Exception {
        var now = clock.instant();
        Blocking.await(store.add(StatCounts.ofQueues(Blocking.awaitReply(table.current()), now)));
        Blocking.await(store.prune(now));
        return false;
    }
}
