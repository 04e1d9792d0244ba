package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue.CommandLocation;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for queued activations whose command was delivered but neither claimed nor redelivered, or is gone from the queue,
 * and replaces that command. A spawner keeps the delivery alive without starting the run, or the broker lost the redelivery.
 *
 * <p>A spawner may claim the activation at the same time. Then its command is replaced during its run; spawners see that the
 * new command belongs to that run and leave it alone until the run ends.
 */
public final class StalledCommandRescuer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(StalledCommandRescuer.class);
    /** Few: each queued command costs the broker a request, and many queued commands mean that it is busy. */
    private static final int CHECKED_AT_ONCE = 4;

    private static final Duration BUDGET = Duration.ofSeconds(1);

    private record Observation(CommandLocation location, Instant at) {}

    private final LedgerPass pass;
    private final RepairContext context;
    private final Duration stalledAfter;
    /** Commands to check again, by activation id: of this pass over the ledger, and of the one before. */
    private Map<String, Observation> currentPass = new ConcurrentHashMap<>();

    private Map<String, Observation> previousPass = Map.of();

    /** @param stalledAfter time that a delivered command may lack a run; longer than the broker's redelivery time-out */
    public StalledCommandRescuer(RepairContext context, Duration stalledAfter) {
        this.pass = new LedgerPass((after, limit) -> context.store().findQueued(stalledAfter, after, limit), BUDGET);
        this.context = context;
        this.stalledAfter = stalledAfter;
    }

    @Override
    public String name() {
        return "stalled commands";
    }

    @Override
    public void runOnce() throws Exception {
        pass.runPart((page, isLast) -> {
            try {
                BoundedParallel.runAll(page, CHECKED_AT_ONCE, "commands could not be checked", this::check);
            } finally {
                if (isLast) {
                    previousPass = currentPass;
                    currentPass = new ConcurrentHashMap<>();
                }
            }
        });
    }

    private void check(Snapshot known) throws Exception {
        if (context.isWaitingForRetry(known)) {
            return;
        }
        var command = ActivationCommand.of(known.record().activation());
        var location = Blocking.await(context.queue().locate(command));
        if (location instanceof CommandLocation.Waiting) {
            return;
        }
        var now = context.clock().instant();
        var before = previousPass.get(command.id());
        if (before == null || !before.location().equals(location)) {
            currentPass.put(command.id(), new Observation(location, now));
        } else if (Duration.between(before.at(), now).compareTo(stalledAfter) < 0) {
            currentPass.put(command.id(), before);
        } else if (isDue(known)) {
            Blocking.await(context.queue().remove(command));
            Blocking.await(context.queue().enqueue(command));
            LOG.warn("stalled command replaced activation={} location={}", command.id(), location);
            context.queue().notifyWork(new QueueKey(command.owner(), command.functionId()));
        }
    }

    /** Asks the event stream, since the ledger may be behind. */
    private boolean isDue(Snapshot known) throws Exception {
        var actual =
                Blocking.await(context.events().lastFromLeader(known.record().id()));
        context.closer().closeIfOver(known, actual);
        return actual.filter(
                        last -> last.record() instanceof ActivationRecord.Queued && !context.isWaitingForRetry(last))
                .isPresent();
    }
}
