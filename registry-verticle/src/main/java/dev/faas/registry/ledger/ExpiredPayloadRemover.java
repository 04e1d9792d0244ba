package dev.faas.registry.ledger;

import dev.faas.lifecycle.Blocking;
import dev.faas.registry.ledger.RetentionStore.Expired;
import java.time.InstantSource;
import java.util.List;

/**
 * Removes results, arguments and logs whose retention is over: first the objects, then the columns that refer to them, so that
 * a crash leaves no object behind. Reads do not depend on it: they check the time of the end themselves.
 */
public final class ExpiredPayloadRemover {
    private static final int STRAY_ROWS = 10_000;
    private static final int AT_ONCE = 16;

    private final RetentionStore store;
    private final PayloadArchive archive;
    private final Retention retention;
    private final InstantSource clock;
    private final EndedPass<Expired> results;
    private final EndedPass<Expired> logs;

    public ExpiredPayloadRemover(
            RetentionStore store, PayloadArchive archive, Retention retention, InstantSource clock) {
        this.store = store;
        this.archive = archive;
        this.retention = retention;
        this.clock = clock;
        this.results = new EndedPass<>(
                store::findExpiredResults, Expired::end, removed -> store.clearResults(ids(removed)), AT_ONCE);
        this.logs = new EndedPass<>(
                store::findExpiredLogs, Expired::end, removed -> store.clearLogs(ids(removed)), AT_ONCE);
    }

    /** Removes up to 10,000 of each kind; true when more have expired. Blocks. */
    public boolean runOnce() throws Exception {
        var now = clock.instant();
        boolean more = Blocking.await(store.deleteStrayRows(retention.recordsCutoff(now), STRAY_ROWS));
        try {
            more |= results.runPart(retention.resultsCutoff(now), archive::removeResult);
        } finally {
            // A result that cannot be removed must not keep all logs.
            more |= logs.runPart(retention.logsCutoff(now), archive::removeLog);
        }
        return more;
    }

    private static List<String> ids(List<Expired> activations) {
        return activations.stream().map(each -> each.end().id()).toList();
    }
}
