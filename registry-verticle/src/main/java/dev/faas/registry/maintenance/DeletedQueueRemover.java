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
 * Looks for deleted functions whose activations have all ended, and removes their queue, its consumer and their image pins.
 */
public final class DeletedQueueRemover implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedQueueRemover.class);

    private final RepairStore store;
    private final CommandQueue queue;
    private final Stream pins;
    private final Duration minAge;

    /**
     * @param pins stream of the bucket IMAGES
     * @param minAge time since the deletion
     */
    public DeletedQueueRemover(RepairStore store, CommandQueue queue, Stream pins, Duration minAge) {
        this.store = store;
        this.queue = queue;
        this.pins = pins;
        this.minAge = minAge;
    }

    @Override
    public String name() {
        return "queues of deleted functions";
    }

    @Override
    public void runOnce() throws Exception {
        for (var function : Blocking.await(store.findRemovableQueues(minAge, FUNCTIONS_PER_ROUND))) {
            removeQueue(function);
        }
    }

    private void removeQueue(QueueKey function) throws Exception {
        var stats = Blocking.await(queue.stats(function.function()));
        boolean isRunning = stats.map(each -> each.running() > 0).orElse(false);
        if (!isRunning) {
            Blocking.await(queue.removeQueue(function));
            Blocking.await(pins.purge(Subjects.imagePins(function.function())));
            Blocking.await(store.markQueueRemoved(function.function()));
            LOG.info("queue of deleted function removed function={}", function.function());
        }
    }
}
