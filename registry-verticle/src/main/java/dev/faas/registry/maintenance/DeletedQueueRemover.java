package dev.faas.registry.maintenance;

import dev.faas.activation.CommandQueue;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Stream;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of a deleted function goes, consumer and all, and what its images were, once nothing of it is queued or runs.
 */
public final class DeletedQueueRemover implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedQueueRemover.class);
    private static final int BATCH = 100;

    private final RepairStore store;
    private final CommandQueue queue;
    private final Stream pins;
    private final Duration settled;

    /** @param pins of the bucket IMAGES */
    public DeletedQueueRemover(RepairStore store, CommandQueue queue, Stream pins, Duration settled) {
        this.store = store;
        this.queue = queue;
        this.pins = pins;
        this.settled = settled;
    }

    @Override
    public String name() {
        return "retiring the queues of deleted functions";
    }

    @Override
    public void round() throws Exception {
        for (var function : Blocking.await(store.retirable(settled, BATCH))) {
            retire(function);
        }
    }

    private void retire(QueueKey function) throws Exception {
        var standing = Blocking.await(queue.stats(function.function()));
        boolean runs = standing.map(each -> each.running() > 0).orElse(false);
        if (!runs) {
            Blocking.await(queue.removeQueue(function));
            Blocking.await(pins.purge(Subjects.imagePins(function.function())));
            Blocking.await(store.retired(function.function()));
            LOG.info("the queue of function {} is gone", function.function());
        }
    }
}
