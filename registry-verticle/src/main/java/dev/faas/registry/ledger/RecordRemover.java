package dev.faas.registry.ledger;

import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;

/**
 * Removes the records of an owner's activations that have ended, with results, arguments and logs: first the objects, then the
 * rows, so that a crash leaves no object behind. A row stays until its events are pruned: the projector would write it again.
 */
public final class RecordRemover {
    private static final int PAGE = 500;
    private static final int PAGES_PER_CALL = 20;
    private static final int AT_ONCE = 16;

    private final RetentionStore store;
    private final PayloadArchive archive;

    public RecordRemover(RetentionStore store, PayloadArchive archive) {
        this.store = store;
        this.archive = archive;
    }

    /** Removes up to 10,000. Blocks. */
    public void removeAllOf(String owner) throws Exception {
        for (int page = 0; page < PAGES_PER_CALL; page++) {
            var ended = Blocking.await(store.findPruned(owner, PAGE));
            BoundedParallel.runAll(ended, AT_ONCE, "payloads could not be removed", archive::remove);
            Blocking.await(
                    store.delete(ended.stream().map(each -> each.end().id()).toList()));
            if (ended.size() < PAGE) {
                return;
            }
        }
    }
}
