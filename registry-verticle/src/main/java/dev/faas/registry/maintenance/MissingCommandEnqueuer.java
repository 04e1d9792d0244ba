package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An accepted activation without a command, whose gateway died between the two: it gets its command. */
public final class MissingCommandEnqueuer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(MissingCommandEnqueuer.class);
    private static final int AT_ONCE = 64;
    /** What a round may take: enough for what stands behind a hundred thousand of a stranger, and the other repairs wait. */
    private static final Duration BUDGET = Duration.ofSeconds(2);

    private final RepairStore store;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final LostActivationCloser leftovers;
    private final InstantSource clock;
    private final LedgerPass pass;

    public MissingCommandEnqueuer(
            RepairStore store,
            ActivationEvents events,
            CommandQueue queue,
            LostActivationCloser leftovers,
            InstantSource clock,
            Duration settled) {
        this.store = store;
        this.events = events;
        this.queue = queue;
        this.leftovers = leftovers;
        this.clock = clock;
        this.pass = new LedgerPass((after, limit) -> store.unverified(settled, after, limit), BUDGET);
    }

    @Override
    public String name() {
        return "enqueuing what was accepted";
    }

    @Override
    public void round() throws Exception {
        pass.round((page, last) -> look(page));
    }

    private void look(List<Snapshot> page) throws Exception {
        var verified = new ConcurrentLinkedQueue<String>();
        try {
            BoundedParallel.runAll(page, AT_ONCE, "activations could not be looked at", known -> {
                if (verify(known)) {
                    verified.add(known.record().id());
                }
            });
        } finally {
            if (!verified.isEmpty()) {
                Blocking.await(store.verified(verified));
            }
        }
    }

    /** False when it has to be looked at again. */
    private boolean verify(Snapshot known) throws Exception {
        if (isParked(known)) {
            return false; // there may be many, for hours
        }
        var command = ActivationCommand.of(known.record().activation());
        var last = Blocking.await(events.lastFromLeader(command.id()));
        if (last.isEmpty() || !(last.get().record() instanceof ActivationRecord.Queued)) {
            // The ledger is behind, as a rule not for long: the next state it learns of is looked at anew.
            leftovers.settle(known, last);
            return last.isPresent();
        }
        if (isParked(last.get())) {
            return false;
        }
        if (!Blocking.await(queue.contains(command))) {
            LOG.info("activation {} had no command: enqueued", command.id());
            Blocking.await(queue.enqueue(command));
        }
        return true;
    }

    /** It waits for its next attempt, whose command comes by itself. */
    private boolean isParked(Snapshot state) {
        return state.record() instanceof ActivationRecord.Queued queued
                && queued.nextAttemptAt() != null
                && queued.nextAttemptAt().isAfter(clock.instant());
    }
}
