package dev.faas.registry.maintenance;

import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/** Visits rows of the ledger by id, page by page: each call continues where the last one stopped, for a limited time. */
final class LedgerPass {
    @FunctionalInterface
    interface Rows {
        Future<List<Snapshot>> fetchAfter(String id, int limit);
    }

    @FunctionalInterface
    interface PageVisitor {
        /** @param isLast whether the pass ends with this page */
        void visit(List<Snapshot> page, boolean isLast) throws Exception;
    }

    private static final int PAGE = 500;

    private final Rows rows;
    private final Duration budget;
    private String lastId = "";

    LedgerPass(Rows rows, Duration budget) {
        this.rows = rows;
        this.budget = budget;
    }

    /** Does not visit a page again in this pass, even if the visitor throws. Blocks. */
    void runPart(PageVisitor visitor) throws Exception {
        long until = System.nanoTime() + budget.toNanos();
        do {
            var page = Blocking.await(rows.fetchAfter(lastId, PAGE));
            lastId = page.size() < PAGE ? "" : page.getLast().record().id();
            visitor.visit(page, lastId.isEmpty());
        } while (!lastId.isEmpty() && System.nanoTime() < until);
    }
}
