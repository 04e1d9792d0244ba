package dev.faas.registry.ledger;

import dev.faas.activation.ActivationEvent.StateEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.StreamLimits;
import dev.faas.lifecycle.Blocking;
import dev.faas.registry.ledger.LedgerStore.Unpruned;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Removes events of finished activations from the event stream, some time after the ledger has record, result and log, so that
 * the stream's size follows the unfinished activations. Messages are removed by sequence, many at the same time, which does
 * not delay publishers.
 *
 * <p>In a crowded stream they are removed 10 s after the end: otherwise large results of one user would block the submits of
 * all users. Readers get the ledger's copies then.
 */
public final class Pruner {
    private static final int AT_ONCE = 64;
    private static final int MANY_CHUNKS = 8;

    private final ActivationEvents events;
    private final InstantSource clock;
    private final Duration retention;
    private final EndedPass<Unpruned> pass;

    public Pruner(ActivationEvents events, LedgerStore ledger, InstantSource clock, Duration retention) {
        this.events = events;
        this.clock = clock;
        this.retention = retention;
        this.pass = new EndedPass<>(ledger::findUnpruned, Unpruned::end, ledger::markPruned, AT_ONCE);
    }

    /** Prunes up to 10,000 activations; true when more are due. Blocks. */
    public boolean runOnce() throws Exception {
        return pass.runPart(clock.instant().minus(currentRetention()), this::prune);
    }

    private Duration currentRetention() throws Exception {
        boolean crowded = Blocking.await(events.streamUsage()).fillRatioWith(0) > StreamLimits.PRUNE_EARLY_ABOVE;
        return crowded ? Retention.MIN_EVENTS : retention;
    }

    /** Output first, the terminal state last: a reader of the stream sees the end as long as it sees anything. */
    private void prune(Unpruned activation) throws Exception {
        var id = activation.end().id();
        var states = readStates(id, activation.sequence());
        var sequences = states.stream().map(StateEvent::sequence).toList();
        // Without the end that the ledger has: pruned in part, or closed as lost and found again.
        if (!sequences.contains(activation.sequence()) && isAlive(id)) {
            return;
        }
        pruneOutput(id, lastOutput(states));
        if (!sequences.isEmpty()) {
            prune(sequences.subList(0, sequences.size() - 1));
            prune(sequences.subList(sequences.size() - 1, sequences.size()));
        }
    }

    private List<StateEvent> readStates(String id, long end) throws Exception {
        var states = new ArrayList<StateEvent>();
        for (long last = 0; last < end; last = states.getLast().sequence()) {
            var state = Blocking.await(events.nextState(id, last + 1));
            if (state.isEmpty()) {
                break;
            }
            states.add(state.get());
        }
        return states;
    }

    /** Of the run that has ended, which is the last of all; 0 when it is not known. */
    private static long lastOutput(List<StateEvent> states) {
        return !states.isEmpty() && states.getLast().record() instanceof ActivationRecord.Ended ended
                ? ended.report().output().lastOutput()
                : 0;
    }

    private boolean isAlive(String id) throws Exception {
        return Blocking.await(events.lastFromLeader(id))
                .filter(last -> !(last.record() instanceof ActivationRecord.Ended))
                .isPresent();
    }

    /**
     * By sequence; a purge by subject costs as much as a few chunks, so it is used for many.
     *
     * @param last sequence after which there is none; 0: not known
     */
    private void pruneOutput(String id, long last) throws Exception {
        var chunks = new ArrayList<Long>();
        long from = 1;
        while (chunks.size() <= MANY_CHUNKS && (last == 0 || from <= last)) {
            var next = Blocking.await(events.nextOutput(id, from));
            if (next.isEmpty()) {
                break;
            }
            chunks.add(next.get().sequence());
            from = next.get().sequence() + 1;
        }
        if (chunks.size() > MANY_CHUNKS) {
            Blocking.await(events.pruneOutput(id));
        } else {
            prune(chunks);
        }
    }

    private void prune(List<Long> sequences) throws Exception {
        Blocking.await(
                CompletableFuture.allOf(sequences.stream().map(events::prune).toArray(CompletableFuture[]::new)));
    }
}
