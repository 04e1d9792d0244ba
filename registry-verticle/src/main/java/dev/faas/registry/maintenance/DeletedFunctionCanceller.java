package dev.faas.registry.maintenance;

import dev.faas.activation.Canceller;
import dev.faas.activation.Reason;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.wire.Subjects.QueueKey;

/**
 * Looks for unfinished activations of deleted functions, and cancels them: a queued one or one that waits for a retry ends at
 * once, a running one is marked for its spawner. Includes activations that a gateway accepted during the deletion. {@link
 * DeletedQueueRemover} removes the queues afterwards.
 */
public final class DeletedFunctionCanceller implements Reconciler.Repair {
    private final RepairStore store;
    private final Canceller canceller;

    public DeletedFunctionCanceller(RepairStore store, Canceller canceller) {
        this.store = store;
        this.canceller = canceller;
    }

    @Override
    public String name() {
        return "activations of deleted functions";
    }

    @Override
    public void runOnce() throws Exception {
        for (var function : Blocking.await(store.findDeletedFunctions(FUNCTIONS_PER_ROUND))) {
            cancelAll(function);
        }
    }

    private void cancelAll(QueueKey function) throws Exception {
        var after = "";
        for (int batch = 0; batch < BATCHES_PER_ROUND; batch++) {
            var unfinished = Blocking.await(store.findUnfinished(function, after, BATCH));
            BoundedParallel.runAll(
                    unfinished,
                    PARALLEL,
                    "activations could not be cancelled",
                    each -> Blocking.await(canceller.cancel(each, Reason.FUNCTION_DELETED)));
            if (unfinished.size() < BATCH) {
                return;
            }
            after = unfinished.getLast().record().id();
        }
    }
}
