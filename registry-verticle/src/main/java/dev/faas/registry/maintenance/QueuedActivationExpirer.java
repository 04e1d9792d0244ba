package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.registry.maintenance.RepairStore.Deadline;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what has waited in its queue for too long and what nobody takes out of it: its function is at its limit, or no
 * spawner lives. The ledger tells of them; the compare-and-set makes sure that none ends that has been claimed meanwhile.
 */
public final class QueuedActivationExpirer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(QueuedActivationExpirer.class);
    private static final int BATCH = 500;
    private static final int BATCHES_A_ROUND = 20;
    private static final int AT_ONCE = 64;

    private final RepairStore store;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final LostActivationCloser leftovers;
    private final InstantSource clock;
    private Deadline after = Deadline.FIRST;

    public QueuedActivationExpirer(
            RepairStore store,
            ActivationEvents events,
            CommandQueue queue,
            LostActivationCloser leftovers,
            InstantSource clock) {
        this.store = store;
        this.events = events;
        this.queue = queue;
        this.leftovers = leftovers;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "ending what waited too long";
    }

    @Override
    public void round() throws Exception {
        var now = clock.instant();
        for (int batch = 0; batch < BATCHES_A_ROUND; batch++) {
            var due = Blocking.await(store.overdue(now, after, BATCH));
            // Also from one round to the next: what stays in the ledger, for whatever reason, must not hold up the
            // rest.
            after = due.size() < BATCH ? Deadline.FIRST : due.getLast().deadline();
            BoundedParallel.runAll(due, AT_ONCE, "activations could not be ended", each -> expire(each.state(), now));
            if (due.size() < BATCH) {
                return;
            }
        }
    }

    private void expire(Snapshot known, Instant now) throws Exception {
        var last = Optional.of(known);
        while (last.isPresent()
                && last.get().record() instanceof ActivationRecord.Queued queued
                && queued.isExpired(now)) {
            var end = queued.expire(now.truncatedTo(ChronoUnit.MILLIS));
            switch (Blocking.await(events.append(end, last.get().sequence()))) {
                case AppendResult.Stored stored -> {
                    Blocking.await(queue.remove(ActivationCommand.of(end.activation())));
                    LOG.info("activation {} waited too long: expired", end.id());
                    return;
                }
                case AppendResult.Superseded(var actual) -> last = actual;
            }
        }
        leftovers.settle(known, last);
    }
}
