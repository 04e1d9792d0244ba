package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for accepted activations without a command in the queue, and enqueues one. A gateway that dies between the two steps
 * leaves this state.
 */
public final class MissingCommandEnqueuer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(MissingCommandEnqueuer.class);
    /** Long enough to pass a hundred thousand activations of another user; the other repairs wait meanwhile. */
    private static final Duration BUDGET = Duration.ofSeconds(2);

    private final RepairContext context;
    private final LedgerPass pass;

    /** @param minAge time since the last change of state; younger ones are still being enqueued by their gateway */
    public MissingCommandEnqueuer(RepairContext context, Duration minAge) {
        this.context = context;
        this.pass = new LedgerPass(
                (after, limit) -> context.store().findQueuedWithoutCommand(minAge, after, limit), BUDGET);
    }

    @Override
    public String name() {
        return "missing commands";
    }

    @Override
    public void runOnce() throws Exception {
        pass.runPart((page, isLast) -> {
            var enqueued = new ConcurrentLinkedQueue<Snapshot>();
            try {
                BoundedParallel.runAll(page, PARALLEL, "activations could not be checked for a command", known -> {
                    if (ensureCommand(known)) {
                        enqueued.add(known);
                    }
                });
            } finally {
                if (!enqueued.isEmpty()) {
                    Blocking.await(context.store().markEnqueued(enqueued));
                }
                if (isLast) {
                    Blocking.await(context.store().clearEnqueued());
                }
            }
        });
    }

    /** False when the activation has to be checked again. */
    private boolean ensureCommand(Snapshot known) throws Exception {
        if (context.isWaitingForRetry(known)) {
            return false; // saves a read of the stream each: there may be many, for hours
        }
        var command = ActivationCommand.of(known.record().activation());
        var last = Blocking.await(context.events().lastFromLeader(command.id()));
        if (last.isEmpty() || !(last.get().record() instanceof ActivationRecord.Queued)) {
            // The ledger is behind, usually for a short time: its next state is checked again.
            context.closer().closeIfOver(known, last);
            return last.isPresent();
        }
        if (context.isWaitingForRetry(last.get())) {
            return false;
        }
        if (!Blocking.await(context.queue().contains(command))) {
            Blocking.await(context.queue().enqueue(command));
            LOG.info("missing command enqueued activation={}", command.id());
        }
        return true;
    }
}
