package dev.faas.dispatcher.batch;

import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.pg.BatchRowStore;
import dev.faas.pg.Pg;
import java.time.Duration;
import java.time.Instant;

/**
 * Ends batches of which no item is alive any more, once each, and those whose request was cut off. Several dispatchers look at
 * the same batches; a compare-and-set decides who notes an end.
 */
public final class BatchDispatcher {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** In one look. With more of them each waits for several looks, so many batches do not become many queries a second. */
    private static final int MOST = 100;
    /** Records of items may be removed a day after their end: then the ledger never has all of them. */
    private static final Duration LONGEST_LAG = Duration.ofDays(1);

    /** Without an item that has changed for so long the request of an open batch was cut off. */
    private static final Duration ABANDONED = Duration.ofMinutes(15);

    private final Pg pg;
    private final OpenBatchStore store;
    private final Runnable onEnded;
    private String last = "";

    private BatchDispatcher(Pg pg, Runnable onEnded) {
        this.pg = pg;
        this.store = new OpenBatchStore(pg);
        this.onEnded = onEnded;
    }

    /** @param onEnded is called when there may be deliveries of an end */
    public static void start(Lifecycle.Steps on, Pg pg, Runnable onEnded) throws Exception {
        var dispatcher = new BatchDispatcher(pg, onEnded);
        on.open(
                "ends of batches",
                () -> RepeatingTask.startPaced("ends of batches", PAUSE, dispatcher::runOnce),
                RepeatingTask::stop);
    }

    /** Blocks. */
    private Duration runOnce() throws Exception {
        var open = Blocking.await(store.list(last, MOST));
        last = open.size() < MOST ? "" : open.getLast().id();
        for (var batch : open) {
            look(batch);
        }
        return PAUSE;
    }

    private void look(OpenBatch batch) throws Exception {
        if (batch.batch().isOpen()) {
            if (isOlderThan(batch, ABANDONED)) {
                Blocking.await(store.giveUp(batch, ABANDONED));
            }
            // An incomplete one has its end in the next look.
            return;
        }
        if (Blocking.await(store.isAlive(batch))) {
            return;
        }
        var counts = Blocking.await(BatchRowStore.count(pg, batch.id()));
        boolean isComplete = batch.hasAll(OpenBatchStore.sum(counts)) || isOlderThan(batch, LONGEST_LAG);
        if (isComplete && Blocking.await(store.end(batch, counts))) {
            onEnded.run();
        }
    }

    private static boolean isOlderThan(OpenBatch batch, Duration age) {
        return batch.changedAt().plus(age).isBefore(Instant.now());
    }
}
