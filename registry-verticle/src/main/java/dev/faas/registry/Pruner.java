package dev.faas.registry;

import dev.faas.activation.ActivationEvents;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes finished activations off the bus, some time after the ledger has record, result and log: the stream's memory
 * follows what is alive. Messages are removed one by one by sequence, many at a time, which publishers do not feel.
 */
final class Pruner {
    private static final Logger LOG = LoggerFactory.getLogger(Pruner.class);
    private static final int BATCH = 500;
    private static final int BATCHES_A_ROUND = 20;
    private static final int AT_ONCE = 64;

    private final ActivationEvents events;
    private final LedgerStore ledger;
    private final InstantSource clock;
    private final Duration retention;

    Pruner(ActivationEvents events, LedgerStore ledger, InstantSource clock, Duration retention) {
        this.events = events;
        this.ledger = ledger;
        this.clock = clock;
        this.retention = retention;
    }

    /** Up to 10,000 activations. Blocks. */
    void round() throws Exception {
        for (int batch = 0; batch < BATCHES_A_ROUND; batch++) {
            var due = Waiting.on(ledger.unpruned(clock.instant().minus(retention), BATCH));
            if (due.isEmpty()) {
                return;
            }
            var gone = prune(due);
            if (gone.isEmpty()) {
                throw new IOException("not one of " + due.size() + " finished activations could leave the bus");
            }
            Waiting.on(ledger.pruned(gone));
            LOG.debug("{} activations have left the bus", gone.size());
            if (gone.size() < BATCH) {
                return;
            }
        }
    }

    /** Those of which nothing is left; the others are tried again in the next round. */
    private List<String> prune(List<String> due) throws InterruptedException {
        var slots = new Semaphore(AT_ONCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = due.stream()
                    .map(id -> (Callable<Boolean>) () -> {
                        slots.acquire();
                        try {
                            return prune(id);
                        } finally {
                            slots.release();
                        }
                    })
                    .toList();
            var done = threads.invokeAll(work);
            var gone = new ArrayList<String>();
            for (int i = 0; i < due.size(); i++) {
                if (done.get(i).state() == Future.State.SUCCESS) {
                    gone.add(due.get(i));
                }
            }
            return gone;
        }
    }

    /** Output first, the terminal state last: whoever still reads the bus finds the end until there is nothing at all. */
    private boolean prune(String id) throws Exception {
        long from = 1;
        for (var output = Waiting.on(events.nextOutput(id, from));
                output.isPresent();
                output = Waiting.on(events.nextOutput(id, from))) {
            Waiting.on(events.prune(output.get().sequence()));
            from = output.get().sequence() + 1;
        }
        from = 1;
        for (var state = Waiting.on(events.nextState(id, from));
                state.isPresent();
                state = Waiting.on(events.nextState(id, from))) {
            Waiting.on(events.prune(state.get().sequence()));
            from = state.get().sequence() + 1;
        }
        return true;
    }
}
