package dev.faas.registry.ledger;

import dev.faas.activation.ActivationEvents;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.registry.ledger.LedgerStore.Unpruned;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes finished activations off the bus, some time after the ledger has record, result and log: the stream's memory
 * follows what is alive. Messages are removed one by one by sequence, many at a time, which publishers do not feel.
 *
 * <p>In a crowded stream what is over makes room at once, or one user's large results would keep out everybody's submits until
 * their time there has passed. Whoever still reads there is served by the ledger's copies.
 */
public final class Pruner {
    private static final Logger LOG = LoggerFactory.getLogger(Pruner.class);
    /** Well below where submits are refused, at 85 %. */
    private static final double CROWDED = 0.6;

    private static final Duration LEAST = Duration.ofSeconds(10);
    private static final int BATCH = 500;
    private static final int BATCHES_A_ROUND = 20;
    private static final int AT_ONCE = 64;
    private static final int MANY_CHUNKS = 8;

    private final ActivationEvents events;
    private final LedgerStore ledger;
    private final InstantSource clock;
    private final Duration retention;

    public Pruner(ActivationEvents events, LedgerStore ledger, InstantSource clock, Duration retention) {
        this.events = events;
        this.ledger = ledger;
        this.clock = clock;
        this.retention = retention;
    }

    /** Up to 10,000 activations; true when more are due. Blocks. */
    public boolean round() throws Exception {
        for (int batch = 0; batch < BATCHES_A_ROUND; batch++) {
            var due = Blocking.await(ledger.unpruned(clock.instant().minus(kept()), BATCH));
            if (due.isEmpty()) {
                return false;
            }
            var gone = BoundedParallel.runAndReturnDone(due, AT_ONCE, this::prune);
            if (gone.isEmpty()) {
                throw new IOException("not one of " + due.size() + " finished activations could leave the bus");
            }
            Blocking.await(ledger.pruned(gone.stream().map(Unpruned::id).toList()));
            LOG.debug("{} activations have left the bus", gone.size());
            if (gone.size() < BATCH) {
                return false;
            }
        }
        return true;
    }

    private Duration kept() throws Exception {
        boolean crowded = Blocking.await(events.streamUsage()).fillRatioWith(0) > CROWDED;
        return crowded && retention.compareTo(LEAST) > 0 ? LEAST : retention;
    }

    /** Output first, the terminal state last: whoever still reads the bus finds the end until there is nothing at all. */
    private void prune(Unpruned activation) throws Exception {
        pruneOutput(activation.id());
        var states = new ArrayList<Long>();
        long from = 1;
        while (from <= activation.end()) {
            var state = Blocking.await(events.nextState(activation.id(), from));
            if (state.isEmpty()) {
                break;
            }
            states.add(state.get().sequence());
            from = state.get().sequence() + 1;
        }
        if (!states.isEmpty()) {
            prune(states.subList(0, states.size() - 1));
            prune(states.subList(states.size() - 1, states.size()));
        }
    }

    /** Chunk by chunk; many of them by their subject, which costs as much as a few chunks do. */
    private void pruneOutput(String id) throws Exception {
        var chunks = new ArrayList<Long>();
        var next = Blocking.await(events.nextOutput(id, 1));
        while (next.isPresent() && chunks.size() < MANY_CHUNKS) {
            chunks.add(next.get().sequence());
            next = Blocking.await(events.nextOutput(id, next.get().sequence() + 1));
        }
        if (next.isPresent()) {
            Blocking.await(events.pruneOutput(id));
        } else {
            prune(chunks);
        }
    }

    /** All at once. */
    private void prune(List<Long> sequences) throws Exception {
        Blocking.await(
                CompletableFuture.allOf(sequences.stream().map(events::prune).toArray(CompletableFuture[]::new)));
    }
}
