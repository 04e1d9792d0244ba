package dev.faas.registry.maintenance;

import dev.faas.lifecycle.Blocking;
import dev.faas.registry.function.FunctionBucket;
import dev.faas.registry.ledger.Retention;
import dev.faas.registry.maintenance.RepairStore.Forgettable;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A deleted function is forgotten when the last record that names it has had its time: its revisions, and its deletion in the
 * bucket FUNCTIONS, of which all that follow the bucket have heard by then. Its queue has gone long before ({@link
 * Retirement}).
 */
public final class DeletedFunctionPurger implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedFunctionPurger.class);
    private static final int BATCH = 100;

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
        return "forgetting deleted functions";
    }

    @Override
    public void round() throws Exception {
        for (var function : Blocking.await(store.forgettable(retention.recordsSince(clock.instant()), BATCH))) {
            forget(function);
        }
    }

    private void forget(Forgettable function) throws Exception {
        if (!function.replaced()) {
            Blocking.await(bucket.forget(function.key()));
        }
        Blocking.await(store.forget(function.id()));
        LOG.info("function {} is forgotten: deleted, and no record names it", function.id());
    }
}
