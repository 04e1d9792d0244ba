package dev.faas.registry;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.Appended;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Worker;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run whose spawner is dead and whose command is gone, so that no other spawner will ever find it: it is lost, and begins
 * again or ends, as its function's delivery says. One that still has its command is found by redelivery.
 */
final class LostRuns implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(LostRuns.class);
    private static final int BATCH = 500;

    private final RepairStore store;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final Predicate<Worker> dead;
    private final InstantSource clock;
    private final Duration settled;
    private String after = "";

    LostRuns(
            RepairStore store,
            ActivationEvents events,
            CommandQueue queue,
            Predicate<Worker> dead,
            InstantSource clock,
            Duration settled) {
        this.store = store;
        this.events = events;
        this.queue = queue;
        this.dead = dead;
        this.clock = clock;
        this.settled = settled;
    }

    @Override
    public String name() {
        return "ending lost runs";
    }

    @Override
    public void round() throws Exception {
        var batch = Waiting.on(store.running(settled, after, BATCH));
        after = batch.size() < BATCH ? "" : batch.getLast().record().id();
        for (var snapshot : batch) {
            if (snapshot.record() instanceof ActivationRecord.Running running && dead.test(running.worker())) {
                end(running);
            }
        }
    }

    private void end(ActivationRecord.Running known) throws Exception {
        var command = ActivationCommand.of(known.activation());
        if (Waiting.on(queue.holds(command))) {
            return;
        }
        var last = Waiting.on(events.lastFromLeader(known.id()));
        if (last.isEmpty()
                || !(last.get().record() instanceof ActivationRecord.Running running)
                || !running.runId().equals(known.runId())) {
            return;
        }
        var next = running.lose(clock.instant().truncatedTo(ChronoUnit.MILLIS));
        var appended = Waiting.on(events.append(next, last.get().sequence()));
        if (appended instanceof Appended.Stored) {
            LOG.warn(
                    "activation {} was lost with spawner {}: {}",
                    known.id(),
                    known.worker().spawner(),
                    next.currentStatus().text());
            if (next instanceof ActivationRecord.Queued) {
                Waiting.on(queue.put(command));
            }
        }
    }
}
