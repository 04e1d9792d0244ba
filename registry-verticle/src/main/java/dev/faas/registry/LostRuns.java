package dev.faas.registry;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.Appended;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Worker;
import dev.faas.lifecycle.Waiting;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run whose spawner is dead is lost, and begins again or ends, as its function's delivery says. Its command, which the dead
 * one has taken and cannot give back, is replaced by a new one, so that nobody waits for its redelivery.
 *
 * <p>Should another spawner get that redelivery in between, its command is replaced under its hands: the new one is found to
 * be its own run's and is left alone until that ends, which is then recorded as ever.
 */
final class LostRuns implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(LostRuns.class);
    private static final int BATCH = 500;
    private static final int BATCHES_A_ROUND = 20;

    private final RepairStore store;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final Predicate<Worker> dead;
    private final InstantSource clock;

    LostRuns(
            RepairStore store,
            ActivationEvents events,
            CommandQueue queue,
            Predicate<Worker> dead,
            InstantSource clock) {
        this.store = store;
        this.events = events;
        this.queue = queue;
        this.dead = dead;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "ending lost runs";
    }

    @Override
    public void round() throws Exception {
        var after = "";
        for (int i = 0; i < BATCHES_A_ROUND; i++) {
            var batch = Waiting.on(store.running(after, BATCH));
            for (var snapshot : batch) {
                if (snapshot.record() instanceof ActivationRecord.Running running && dead.test(running.worker())) {
                    end(running);
                }
            }
            if (batch.size() < BATCH) {
                return;
            }
            after = batch.getLast().record().id();
        }
    }

    private void end(ActivationRecord.Running known) throws Exception {
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
            var command = ActivationCommand.of(known.activation());
            Waiting.on(queue.remove(command));
            if (next instanceof ActivationRecord.Queued) {
                Waiting.on(queue.put(command));
            }
        }
    }
}
