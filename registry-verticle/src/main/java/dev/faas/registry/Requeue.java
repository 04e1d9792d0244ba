package dev.faas.registry;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An accepted activation without a command, whose gateway died between the two: it gets its command. */
final class Requeue implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(Requeue.class);
    private static final int BATCH = 500;
    private static final int AT_ONCE = 64;
    /** What a round may take: enough for what stands behind a hundred thousand of a stranger, and the other repairs wait. */
    private static final Duration BUDGET = Duration.ofSeconds(2);

    private final RepairStore store;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final Leftovers leftovers;
    private final InstantSource clock;
    private final Duration settled;
    private String after = "";

    Requeue(
            RepairStore store,
            ActivationEvents events,
            CommandQueue queue,
            Leftovers leftovers,
            InstantSource clock,
            Duration settled) {
        this.store = store;
        this.events = events;
        this.queue = queue;
        this.leftovers = leftovers;
        this.clock = clock;
        this.settled = settled;
    }

    @Override
    public String name() {
        return "enqueuing what was accepted";
    }

    @Override
    public void round() throws Exception {
        long until = System.nanoTime() + BUDGET.toNanos();
        do {
            batch();
        } while (!after.isEmpty() && System.nanoTime() < until);
    }

    private void batch() throws Exception {
        var batch = Waiting.on(store.unverified(settled, after, BATCH));
        after = batch.size() < BATCH ? "" : batch.getLast().record().id();
        var verified = new ConcurrentLinkedQueue<String>();
        var done = Abreast.each(batch, AT_ONCE, known -> {
            if (verify(known)) {
                verified.add(known.record().id());
            }
        });
        if (!verified.isEmpty()) {
            Waiting.on(store.verified(verified));
        }
        if (done.size() < batch.size()) {
            throw new IOException(batch.size() - done.size() + " activations could not be looked at");
        }
    }

    /** False when it has to be looked at again. */
    private boolean verify(Snapshot known) throws Exception {
        var command = ActivationCommand.of(known.record().activation());
        var last = Waiting.on(events.lastFromLeader(command.id()));
        if (last.isEmpty() || !(last.get().record() instanceof ActivationRecord.Queued queued)) {
            // The ledger is behind, as a rule not for long: the next state it learns of is looked at anew.
            leftovers.settle(known, last);
            return last.isPresent();
        }
        if (queued.nextAttemptAt() != null && queued.nextAttemptAt().isAfter(clock.instant())) {
            return false;
        }
        if (!Waiting.on(queue.holds(command))) {
            LOG.info("activation {} had no command: enqueued", command.id());
            Waiting.on(queue.put(command));
        }
        return true;
    }
}
