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
 * Appends states until the bus has said what became of them. Safe to repeat: every write is a compare-and-set, and one of
 * ours whose answer got lost is recognised. Blocks.
 */
public final class StateWriter {
    private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int WARN_EVERY = 10;

    private final States states;
    private final int tries;
    private final Duration firstPause;

    /**
     * @param tries for a write that may be given up; such a one fails with the last {@link BusException}
     * @param firstPause after a try that failed; each further one is twice as long
     */
    public StateWriter(States states, int tries, Duration firstPause) {
        this.states = states;
        this.tries = tries;
        this.firstPause = firstPause;
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
     * Appends what follows from the running state that is ours; when that has changed meanwhile and is still this run (a
     * cancellation was asked for), what follows from the new one. What is stored; empty when somebody else has decided, or
     * {@code goOn} has become false.
     */
    public Optional<ActivationRecord> conclude(
            Snapshot ours, Function<Running, ActivationRecord> transition, BooleanSupplier goOn)
            throws InterruptedException {
        var from = ours;
        // Once for each state: a second look at the clock or at chance would make our own write a stranger's.
        var next = transition.apply((Running) from.record());
        var runId = ((Running) ours.record()).runId();
        for (int i = 1; goOn.getAsBoolean(); i++) {
            try {
                switch (Blocking.awaitReply(states.append(next, from.sequence()))) {
                    case AppendResult.Stored(var stored) -> {
                        return Optional.of(stored.record());
                    }
                    case AppendResult.Superseded(var actual) -> {
                        if (actual.isEmpty()
                                || !(actual.get().record() instanceof Running running)
                                || !running.runId().equals(runId)) {
                            LOG.info("activation {}: run {} has been decided elsewhere", next.id(), runId);
                            return Optional.empty();
                        }
                        from = actual.get();
                        next = transition.apply(running);
                    }
                }
            } catch (BusException e) {
                if (i % WARN_EVERY == 0) {
                    LOG.warn("activation {}: its new state is not stored yet: {}", next.id(), e.getMessage());
                }
                pause(i);
            }
        }
        LOG.warn(
                "activation {}: the end of run {} could not be stored before this spawner stopped",
                ours.record().id(),
                runId);
        return Optional.empty();
    }

    private void pause(int tried) throws InterruptedException {
        long longest = LONGEST_PAUSE.toMillis();
        long pause = Math.min(longest, firstPause.toMillis() << Math.min(tried - 1, 10));
        Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause + 1));
    }
}
