package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Worker;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for runs whose spawner is dead, and queues the activation again or ends it, as the function's delivery mode says. A
 * dead spawner cannot return the command it took, so the command is replaced by a new one: waiting for its redelivery would
 * take longer.
 *
 * <p>Another spawner may receive that redelivery at the same time. Then its command is replaced during its run; spawners see
 * that the new command belongs to that run and leave it alone until the run ends.
 */
public final class LostRunRescuer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(LostRunRescuer.class);
    /** Added to a run's time-out: an image may have to be pulled first. */
    private static final Duration LATE_MARGIN = Duration.ofMinutes(5);

    private final RepairContext context;
    private final Predicate<Worker> isDead;

    public LostRunRescuer(RepairContext context, Predicate<Worker> isDead) {
        this.context = context;
        this.isDead = isDead;
    }

    @Override
    public String name() {
        return "lost runs";
    }

    @Override
    public void runOnce() throws Exception {
        var after = "";
        int failed = 0;
        for (int i = 0; i < BATCHES_PER_ROUND; i++) {
            var batch = Blocking.await(context.store().findRunning(after, BATCH));
            failed += batch.size()
                    - BoundedParallel.runAndReturnDone(batch, PARALLEL, this::check)
                            .size();
            if (batch.size() < BATCH) {
                break;
            }
            after = batch.getLast().record().id();
        }
        if (failed > 0) {
            throw new IOException(failed + " runs could not be checked");
        }
    }

    private void check(Snapshot known) throws Exception {
        if (!(known.record() instanceof ActivationRecord.Running running)) {
            return;
        }
        boolean lost = isDead.test(running.worker());
        if (lost || isLate(running)) {
            var last = Blocking.await(context.events().lastFromLeader(running.id()));
            context.closer().closeIfOver(known, last);
            if (lost && last.isPresent()) {
                endLostRun(running, last.get());
            }
        }
    }

    /** Its spawner is alive and should have ended it by now: the ledger may have missed the end. */
    private boolean isLate(ActivationRecord.Running running) {
        var longest = Duration.ofSeconds(running.activation().timeoutSeconds()).plus(LATE_MARGIN);
        return running.claimedAt().plus(longest).isBefore(context.clock().instant());
    }

    private void endLostRun(ActivationRecord.Running known, Snapshot last) throws Exception {
        if (!(last.record() instanceof ActivationRecord.Running running)
                || !running.runId().equals(known.runId())) {
            return;
        }
        var next = running.loseSpawner(context.clock().instant().truncatedTo(ChronoUnit.MILLIS));
        var appended = Blocking.await(context.events().append(next, last.sequence()));
        if (appended instanceof AppendResult.Stored) {
            LOG.warn(
                    "run lost with its spawner activation={} spawner={} status={}",
                    known.id(),
                    known.worker().spawner(),
                    next.currentStatus().text());
            var command = ActivationCommand.of(known.activation());
            Blocking.await(context.queue().remove(command));
            if (next instanceof ActivationRecord.Queued) {
                Blocking.await(context.queue().enqueue(command));
            }
        }
    }
}
