package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Snapshot;
import dev.faas.activation.States;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends states and retries until NATS has confirmed or refused them. Retries are safe: every write is a compare-and-set,
 * and our own write is recognised if only its acknowledgement was lost. Blocks.
 */
public final class StateWriter {
    private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int WARN_EVERY = 10;

    private final States states;
    private final int tries;
    private final Duration firstPause;

    /**
     * @param tries of {@link #append}, which then fails with the last {@link BusException}
     * @param firstPause after a failed try; doubles with each further one
     */
    public StateWriter(States states, int tries, Duration firstPause) {
        this.states = states;
        this.tries = tries;
        this.firstPause = firstPause;
    }

    /** Reads until NATS answers; empty also when {@code mayContinue} has become false. */
    Optional<Snapshot> awaitLast(String id, BooleanSupplier mayContinue) throws InterruptedException {
        for (int i = 1; mayContinue.getAsBoolean(); i++) {
            try {
                return Blocking.awaitReply(states.last(id));
            } catch (BusException e) {
                pause(i);
            }
        }
        return Optional.empty();
    }

    AppendResult append(ActivationRecord next, long expected) throws InterruptedException {
        for (int i = 1; ; i++) {
            try {
                return Blocking.awaitReply(states.append(next, expected));
            } catch (BusException e) {
                if (i >= tries) {
                    throw e;
                }
                pause(i);
            }
        }
    }

    /**
     * Appends the transition of our running state. If that state has changed and is still this run (its cancellation was
     * requested), appends the transition of the new state.
     *
     * @return the stored state; empty when the run was concluded elsewhere, or {@code mayContinue} has become false
     */
    public Optional<ActivationRecord> conclude(
            Snapshot ours, Function<Running, ActivationRecord> transition, BooleanSupplier mayContinue)
            throws InterruptedException {
        var from = ours;
        // Once for each state: another time or random number would make our own write look like a stranger's.
        var next = transition.apply((Running) from.record());
        var runId = ((Running) ours.record()).runId();
        for (int i = 1; mayContinue.getAsBoolean(); i++) {
            try {
                switch (Blocking.awaitReply(states.append(next, from.sequence()))) {
                    case AppendResult.Stored(var stored) -> {
                        return Optional.of(stored.record());
                    }
                    case AppendResult.Superseded(var actual) -> {
                        if (actual.isEmpty()
                                || !(actual.get().record() instanceof Running running)
                                || !running.runId().equals(runId)) {
                            LOG.info("run already concluded elsewhere activation={} run={}", next.id(), runId);
                            return Optional.empty();
                        }
                        from = actual.get();
                        next = transition.apply(running);
                    }
                }
            } catch (BusException e) {
                if (i % WARN_EVERY == 0) {
                    LOG.warn("state not stored yet activation={} tries={} cause={}", next.id(), i, e.getMessage());
                }
                pause(i);
            }
        }
        LOG.warn(
                "end of run not stored before the stop activation={} run={}",
                ours.record().id(),
                runId);
        return Optional.empty();
    }

    private void pause(int failures) throws InterruptedException {
        long max = LONGEST_PAUSE.toMillis();
        long pause = Math.min(max, firstPause.toMillis() << Math.min(failures - 1, 10));
        Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause + 1));
    }
}
