package dev.faas.registry.ledger;

import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.registry.ledger.PayloadArchive.Kind;
import dev.faas.registry.ledger.RetentionStore.Expired;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of results, arguments and logs that have had their time: first what lies apart, then what the rows have and say of
 * it, so that nothing is left behind by a sweep that dies. Reads do not wait for it: they go by the time.
 */
public final class ExpiredPayloadRemover {
    private static final Logger LOG = LoggerFactory.getLogger(ExpiredPayloadRemover.class);
    private static final int BATCH = 500;
    private static final int BATCHES_A_ROUND = 20;
    private static final int AT_ONCE = 16;

    private final RetentionStore store;
    private final PayloadArchive shelf;
    private final Retention retention;
    private final InstantSource clock;

    public ExpiredPayloadRemover(RetentionStore store, PayloadArchive shelf, Retention retention, InstantSource clock) {
        this.store = store;
        this.shelf = shelf;
        this.retention = retention;
        this.clock = clock;
    }

    /** Blocks. */
    public void round() throws Exception {
        var now = clock.instant();
        letGo(() -> store.results(retention.resultsSince(now), BATCH), this::removeResult, store::withoutResults);
        letGo(() -> store.logs(retention.logsSince(now), BATCH), this::removeLog, store::withoutLogs);
        strays(retention.recordsSince(now));
    }

    @FunctionalInterface
    private interface Finding {
        Future<List<Expired>> next();
    }

    private void letGo(
            Finding due, BoundedParallel.Step<Expired> apart, Function<Collection<String>, Future<Void>> rows)
            throws Exception {
        for (int batch = 0; batch < BATCHES_A_ROUND; batch++) {
            var expired = Blocking.await(due.next());
            if (expired.isEmpty()) {
                return;
            }
            var gone = BoundedParallel.runAndReturnDone(expired, AT_ONCE, apart);
            if (gone.isEmpty()) {
                throw new IOException("not one of " + expired.size() + " copies could be removed");
            }
            Blocking.await(rows.apply(gone.stream().map(Expired::id).toList()));
            LOG.debug("{} activations have lost what they wrote: it has had its time", gone.size());
            if (gone.size() < BATCH) {
                return;
            }
        }
    }

    private void removeResult(Expired activation) throws Exception {
        if (activation.resultApart()) {
            shelf.remove(activation.id(), Kind.RESULT);
        }
        if (activation.argumentApart()) {
            shelf.remove(activation.id(), Kind.ARGUMENT);
        }
    }

    private void removeLog(Expired activation) throws Exception {
        if (activation.logApart()) {
            shelf.remove(activation.id(), Kind.LOG);
        }
    }

    private void strays(Instant endedBefore) throws Exception {
        boolean more = true;
        for (int batch = 0; more && batch < BATCHES_A_ROUND; batch++) {
            more = Blocking.await(store.deleteStray(endedBefore, BATCH));
        }
    }
}
