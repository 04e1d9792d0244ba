package dev.faas.registry.maintenance;

import dev.faas.activation.Canceller;
import dev.faas.activation.Reason;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.wire.Subjects.QueueKey;

/**
 * Stops what deleted functions have left: what is queued or waits for a retry ends, what runs is asked to. Also what a
 * gateway accepted while the function was being deleted. Their queues go last ({@link DeletedQueueRemover}).
 */
public final class DeletedFunctionCanceller implements Reconciler.Repair {
    private static final int FUNCTIONS = 100;
    private static final int BATCH = 500;
    private static final int BATCHES_A_ROUND = 20;
    private static final int AT_ONCE = 64;

    private final RepairStore store;
    private final Canceller cancelling;

    public DeletedFunctionCanceller(RepairStore store, Canceller cancelling) {
        this.store = store;
        this.cancelling = cancelling;
    }

    @Override
    public String name() {
        return "stopping what deleted functions have left";
    }

    @Override
    public void round() throws Exception {
        for (var function : Blocking.await(store.deleted(FUNCTIONS))) {
            stopAll(function);
        }
    }

    private void stopAll(QueueKey function) throws Exception {
        var after = "";
        for (int batch = 0; batch < BATCHES_A_ROUND; batch++) {
            var alive = Blocking.await(store.alive(function, after, BATCH));
            BoundedParallel.runAll(
                    alive,
                    AT_ONCE,
                    "activations could not be stopped",
                    each -> Blocking.await(cancelling.cancel(each, Reason.FUNCTION_DELETED)));
            if (alive.size() < BATCH) {
                return;
            }
            after = alive.getLast().record().id();
        }
    }
}
