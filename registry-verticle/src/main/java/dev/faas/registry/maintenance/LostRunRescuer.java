package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Worker;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import java.io.IOException;
import java.time.Duration;
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
public final class LostRunRescuer implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(LostRunRescuer.class);
    private static final int BATCH = 500;
    private static final int BATCHES_A_ROUND = 20;
    private static final int AT_ONCE = 64;
    /** A run may last its time-out, and as long as its image takes to come. */
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private final RepairStore store;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final LostActivationCloser leftovers;
    private final Predicate<Worker> dead;
    private final InstantSource clock;

    public LostRunRescuer(
            RepairStore store,
            ActivationEvents events,
            CommandQueue queue,
            LostActivationCloser leftovers,
            Predicate<Worker> dead,
            InstantSource clock) {
        this.store = store;
        this.events = events;
        this.queue = queue;
        this.leftovers = leftovers;
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
        int failed = 0;
        for (int i = 0; i < BATCHES_A_ROUND; i++) {
            var batch = Blocking.await(store.running(after, BATCH));
            failed += batch.size()
                    - BoundedParallel.runAndReturnDone(batch, AT_ONCE, this::look)
                            .size();
            if (batch.size() < BATCH) {
                break;
            }
            after = batch.getLast().record().id();
        }
        if (failed > 0) {
            throw new IOException(failed + " runs could not be looked at");
        }
    }

    private void look(Snapshot known) throws Exception {
        if (!(known.record() instanceof ActivationRecord.Running running)) {
            return;
        }
        boolean lost = dead.test(running.worker());
        if (lost || isLate(running)) {
            var last = Blocking.await(events.lastFromLeader(running.id()));
            leftovers.settle(known, last);
            if (lost && last.isPresent()) {
                end(running, last.get());
            }
        }
    }

    /** Its spawner lives, and should have ended it. */
    private boolean isLate(ActivationRecord.Running running) {
        var most = Duration.ofSeconds(running.activation().timeoutSeconds()).plus(MARGIN);
        return running.claimedAt().plus(most).isBefore(clock.instant());
    }

    private void end(ActivationRecord.Running known, Snapshot last) throws Exception {
        if (!(last.record() instanceof ActivationRecord.Running running)
                || !running.runId().equals(known.runId())) {
            return;
        }
        var next = running.loseSpawner(clock.instant().truncatedTo(ChronoUnit.MILLIS));
        var appended = Blocking.await(events.append(next, last.sequence()));
        if (appended instanceof AppendResult.Stored) {
            LOG.warn(
                    "activation {} was lost with spawner {}: {}",
                    known.id(),
                    known.worker().spawner(),
                    next.currentStatus().text());
            var command = ActivationCommand.of(known.activation());
            Blocking.await(queue.remove(command));
            if (next instanceof ActivationRecord.Queued) {
                Blocking.await(queue.enqueue(command));
            }
        }
    }
}
