package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.registry.maintenance.RepairStore.Deadline;
import dev.faas.wire.FunctionPauses;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for activations that have waited in their queue longer than {@code queue.ttlSeconds}, and ends them as expired. The
 * ledger finds them; the compare-and-set on the event stream refuses to end one that a spawner has claimed meanwhile.
 */
public final class QueuedActivationExpirer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(QueuedActivationExpirer.class);

    private final RepairContext context;
    private Deadline after = Deadline.FIRST;

    public QueuedActivationExpirer(RepairContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return "expired activations";
    }

    @Override
    public void runOnce() throws Exception {
        var now = context.clock().instant();
        for (int batch = 0; batch < BATCHES_PER_ROUND; batch++) {
            var overdue = Blocking.await(context.store().findOverdue(now, after, BATCH));
            // Kept from round to round: rows that cannot be ended must not hold up the rest.
            after = overdue.size() < BATCH ? Deadline.FIRST : overdue.getLast().deadline();
            BoundedParallel.runAll(
                    overdue,
                    PARALLEL,
                    "activations could not be expired",
                    each -> expire(each.state(), each.pauses(), now));
            if (overdue.size() < BATCH) {
                return;
            }
        }
    }

    private void expire(Snapshot known, FunctionPauses pauses, Instant now) throws Exception {
        var last = Optional.of(known);
        while (last.isPresent()
                && last.get().record() instanceof ActivationRecord.Queued queued
                && queued.isExpired(now, pauses)) {
            var end = queued.expire(now.truncatedTo(ChronoUnit.MILLIS));
            switch (Blocking.await(context.events().append(end, last.get().sequence()))) {
                case AppendResult.Stored stored -> {
                    Blocking.await(context.queue().remove(ActivationCommand.of(end.activation())));
                    LOG.info("activation expired in its queue activation={}", end.id());
                    return;
                }
                case AppendResult.Superseded(var actual) -> last = actual;
            }
        }
        context.closer().closeIfOver(known, last);
    }
}
