package dev.faas.registry.ledger;

import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.registry.ledger.LedgerStore.End;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * Processes ended activations that are due, page by page, oldest end first. Those that fail do not delay the others: it
 * continues behind them, and tries them again when it has reached the newest.
 */
final class EndedPass<T> {
    @FunctionalInterface
    interface Due<T> {
        Future<List<T>> fetchAfter(End last, Instant endedBefore, int limit);
    }

    private static final int PAGE = 500;
    private static final int PAGES_PER_ROUND = 20;

    private final Due<T> due;
    private final Function<T, End> endOf;
    private final Function<List<T>, Future<Void>> record;
    private final int atOnce;
    private End last = End.FIRST;

    /** @param record notes in the database what has been done */
    EndedPass(Due<T> due, Function<T, End> endOf, Function<List<T>, Future<Void>> record, int atOnce) {
        this.due = due;
        this.endOf = endOf;
        this.record = record;
        this.atOnce = atOnce;
    }

    /** Processes up to 10,000 activations; true when more are due. Fails at a page of which none succeeds. Blocks. */
    boolean runPart(Instant endedBefore, BoundedParallel.Step<T> step) throws Exception {
        for (int i = 0; i < PAGES_PER_ROUND; i++) {
            var page = Blocking.await(due.fetchAfter(last, endedBefore, PAGE));
            last = page.size() < PAGE ? End.FIRST : endOf.apply(page.getLast());
            var done = BoundedParallel.runAndReturnDone(page, atOnce, step);
            if (!done.isEmpty()) {
                Blocking.await(record.apply(done));
            } else if (!page.isEmpty()) {
                throw new IOException("none of " + page.size() + " ended activations could be processed");
            }
            if (page.size() < PAGE) {
                return false;
            }
        }
        return true;
    }
}
