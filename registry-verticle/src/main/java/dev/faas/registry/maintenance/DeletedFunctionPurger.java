package dev.faas.registry.maintenance;

import dev.faas.lifecycle.Blocking;
import dev.faas.registry.function.FunctionBucket;
import dev.faas.registry.ledger.Retention;
import dev.faas.registry.maintenance.RepairStore.PurgeableFunction;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for deleted functions that no record in the ledger names any more, and deletes their rows, their revisions and the
 * deletion marker of their key in the bucket FUNCTIONS. Followers of the bucket have seen that marker by then. {@link
 * DeletedQueueRemover} has removed the queue long before.
 */
public final class DeletedFunctionPurger implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedFunctionPurger.class);

    private final RepairStore store;
    private final FunctionBucket bucket;
    private final Retention retention;
    private final InstantSource clock;

    public DeletedFunctionPurger(RepairStore store, FunctionBucket bucket, Retention retention, InstantSource clock) {
        this.store = store;
        this.bucket = bucket;
        this.retention = retention;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "purge of deleted functions";
    }

    @Override
    public void runOnce() throws Exception {
        var cutoff = retention.recordsCutoff(clock.instant());
        for (var function : Blocking.await(store.findPurgeable(cutoff, FUNCTIONS_PER_ROUND))) {
            purge(function);
        }
    }

    private void purge(PurgeableFunction function) throws Exception {
        if (!function.isKeyReused()) {
            Blocking.await(bucket.removeDeletionMarker(function.key()));
        }
        Blocking.await(store.purge(function.id()));
        LOG.info("deleted function purged function={}", function.id());
    }
}
