package dev.faas.registry.maintenance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Spawners;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for runs whose spawner is dead, or says that it does not have them, and queues the activation again or ends it, as the
 * function's delivery mode says. The command that such a run took is not returned, so it is replaced by a new one: waiting for
 * its redelivery would take longer. If the run has ended, the ledger may have missed the end.
 *
 * <p>Another spawner may receive that redelivery at the same time. Then its command is replaced during its run; spawners see
 * that the new command belongs to that run and leave it alone until the run ends.
 */
public final class LostRunRescuer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(LostRunRescuer.class);
    private final RepairContext context;
    private final Spawners spawners;

    public LostRunRescuer(RepairContext context, Spawners spawners) {
        this.context = context;
        this.spawners = spawners;
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
            var missing = findMissing(batch);
            failed += batch.size()
                    - BoundedParallel.runAndReturnDone(batch, PARALLEL, known -> check(known, missing))
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

    /** Asks each spawner once. The answer is final, because a spawner registers a run before it claims the activation. */
    private Set<String> findMissing(List<Snapshot> batch) throws Exception {
        var ids = batch.stream()
                .map(known -> (ActivationRecord.Running) known.record())
                .collect(groupingBy(
                        ActivationRecord.Running::worker, mapping(ActivationRecord.Running::runId, toList())));
        var answers = ids.entrySet().stream()
                .map(each -> spawners.findMissingRuns(each.getKey(), each.getValue()))
                .toList();
        var missing = new HashSet<String>();
        for (var answer : answers) {
            missing.addAll(Blocking.await(answer));
        }
        return missing;
    }

    private void check(Snapshot known, Set<String> missing) throws Exception {
        var running = (ActivationRecord.Running) known.record();
        boolean isDead = spawners.isDead(running.worker());
        if (isDead || missing.contains(running.runId())) {
            var last = Blocking.await(context.events().lastFromLeader(running.id()));
            context.closer().closeIfOver(known, last);
            if (last.isPresent()) {
                endLostRun(running, last.get(), isDead);
            }
        }
    }

    private void endLostRun(ActivationRecord.Running known, Snapshot last, boolean isDead) throws Exception {
        if (!(last.record() instanceof ActivationRecord.Running running)
                || !running.runId().equals(known.runId())) {
            return;
        }
        var now = context.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        var next = isDead ? running.loseSpawner(now) : running.loseRun(now);
        var appended = Blocking.await(context.events().append(next, last.sequence()));
        if (appended instanceof AppendResult.Stored) {
            LOG.warn(
                    "run lost activation={} spawner={} dead={} status={}",
                    known.id(),
                    known.worker().spawner(),
                    isDead,
                    next.currentStatus().text());
            var command = ActivationCommand.of(known.activation());
            Blocking.await(context.queue().remove(command));
            if (next instanceof ActivationRecord.Queued) {
                Blocking.await(context.queue().enqueue(command));
            }
        }
    }
}
