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
 * Removes results, arguments and logs whose retention is over: first the objects, then the columns that refer to them, so that
 * a crash leaves no object behind. Reads do not depend on it: they check the time of the end themselves.
 */
public final class ExpiredPayloadRemover {
    private static final Logger LOG = LoggerFactory.getLogger(ExpiredPayloadRemover.class);
    private static final int BATCH = 500;
    private static final int BATCHES_PER_ROUND = 20;
    private static final int AT_ONCE = 16;

    private final RetentionStore store;
    private final PayloadArchive archive;
    private final Retention retention;
    private final InstantSource clock;

    public ExpiredPayloadRemover(
            RetentionStore store, PayloadArchive archive, Retention retention, InstantSource clock) {
        this.store = store;
        this.archive = archive;
        this.retention = retention;
        this.clock = clock;
    }

    /** Blocks. */
    public void runOnce() throws Exception {
        var now = clock.instant();
        removeExpired(
                () -> store.findExpiredResults(retention.resultsCutoff(now), BATCH),
                this::removeResult,
                store::clearResults);
        removeExpired(() -> store.findExpiredLogs(retention.logsCutoff(now), BATCH), this::removeLog, store::clearLogs);
        deleteStrayRows(retention.recordsCutoff(now));
    }

    @FunctionalInterface
    private interface Query {
        Future<List<Expired>> next();
    }

    private void removeExpired(
            Query query,
            BoundedParallel.Step<Expired> removeObjects,
            Function<Collection<String>, Future<Void>> clearRows)
            throws Exception {
        for (int batch = 0; batch < BATCHES_PER_ROUND; batch++) {
            var expired = Blocking.await(query.next());
            if (expired.isEmpty()) {
                return;
            }
            var removed = BoundedParallel.runAndReturnDone(expired, AT_ONCE, removeObjects);
            if (removed.isEmpty()) {
                throw new IOException("none of " + expired.size() + " expired payloads could be removed");
            }
            Blocking.await(clearRows.apply(removed.stream().map(Expired::id).toList()));
            LOG.debug("expired payloads removed activations={}", removed.size());
            if (removed.size() < BATCH) {
                return;
            }
        }
    }

    private void removeResult(Expired activation) throws Exception {
        if (activation.resultInObjectStore()) {
            archive.remove(activation.id(), Kind.RESULT);
        }
        if (activation.argumentInObjectStore()) {
            archive.remove(activation.id(), Kind.ARGUMENT);
        }
    }

    private void removeLog(Expired activation) throws Exception {
        if (activation.logInObjectStore()) {
            archive.remove(activation.id(), Kind.LOG);
        }
    }

    private void deleteStrayRows(Instant endedBefore) throws Exception {
        boolean more = true;
        for (int batch = 0; more && batch < BATCHES_PER_ROUND; batch++) {
            more = Blocking.await(store.deleteStrayRows(endedBefore, BATCH));
        }
    }
}
