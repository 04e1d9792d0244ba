package dev.faas.registry.maintenance;

import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/** Goes over rows of the ledger again and again: of each pass as much a round as fits into a budget, the rest in the next ones. */
final class LedgerPass {
    /** Rows by id, those after one. */
    @FunctionalInterface
    interface Rows {
        Future<List<Snapshot>> after(String id, int limit);
    }

    @FunctionalInterface
    interface Look {
        /** @param last of its pass */
        void at(List<Snapshot> page, boolean last) throws Exception;
    }

    private static final int PAGE = 500;

    private final Rows rows;
    private final Duration budget;
    private String after = "";

    LedgerPass(Rows rows, Duration budget) {
        this.rows = rows;
        this.budget = budget;
    }

    /** A page whose look fails is not seen again in this pass. Blocks. */
    void round(Look look) throws Exception {
        long until = System.nanoTime() + budget.toNanos();
        do {
            var page = Blocking.await(rows.after(after, PAGE));
            after = page.size() < PAGE ? "" : page.getLast().record().id();
            look.at(page, after.isEmpty());
        } while (!after.isEmpty() && System.nanoTime() < until);
    }
}
