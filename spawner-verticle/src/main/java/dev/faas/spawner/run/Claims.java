package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.activation.States;
import dev.faas.activation.Worker;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.wire.FunctionPauses;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the activation of a delivered command, and turns a crash into a retry: an activation that still runs on a dead
 * spawner, or on one that does not have the run, becomes lost, which queues its next attempt (at-least-once) or ends it
 * {@code worker_lost} (at-most-once). Where no redelivery brings the command here, the registry's {@code LostRunRescuer} does
 * the same.
 *
 * <p>Every transition is a compare-and-set. If one is refused, the state has changed and is decided on again.
 *
 * <pre>
 *   no state                   look again, a few times; then drop
 *   ended                      drop
 *   queued, not due yet        park it
 *   queued, expired            end it as expired
 *   queued, function paused    look again later: it was pulled just before
 *   queued                     CLAIM
 *   running, our own claim     CLAIMED: its cancellation was requested meanwhile
 *   running, worker dead       LOST, then decide on the new state
 *   running, not on its worker LOST, then decide on the new state
 *   running                    look again later: that worker holds the command too
 *   NATS does not answer       wait until it does, undo our claim if it was stored, look again later
 * </pre>
 */
public final class Claims {
    /** What to do with the delivered command. */
    public sealed interface Decision {
        /** Run it: this spawner owns it now. {@code runSpec} is empty if the accepted event is missing. */
        record Claimed(Snapshot snapshot, Running running, Optional<RunSpec> runSpec) implements Decision {}

        /** Acknowledge it: nothing is left to do. */
        record Drop() implements Decision {}

        record NotDueYet(Queued queued) implements Decision {}

        /** Not decidable yet: have it redelivered after the delay. */
        record LookAgain(Duration delay) implements Decision {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    /** A command may arrive shortly before its accepted event. */
    private static final int UNKNOWN_DELIVERIES = 5;

    private static final Duration UNKNOWN_DELAY = Duration.ofSeconds(1);
    /** The worker may have died without having been declared dead yet. */
    public static final Duration RUNS_ELSEWHERE = Duration.ofSeconds(5);

    /** Nothing is pulled until the function is resumed. */
    private static final Duration PAUSED_DELAY = Duration.ofSeconds(1);

    private static final int MAX_TRANSITIONS = 20;

    private final States states;
    private final StateWriter writer;
    private final Worker self;
    private final Predicate<Worker> isDead;
    private final Function<Running, CompletableFuture<Boolean>> isMissing;
    private final Function<String, FunctionPauses> pauses;
    private final BooleanSupplier mayContinue;
    private final InstantSource clock;

    /**
     * @param isDead whether a spawner is dead
     * @param isMissing whether a spawner says that it does not have this run
     * @param pauses of a function, by id
     * @param mayContinue false once the spawner stops without waiting any longer
     */
    public Claims(
            States states,
            StateWriter writer,
            Worker self,
            Predicate<Worker> isDead,
            Function<Running, CompletableFuture<Boolean>> isMissing,
            Function<String, FunctionPauses> pauses,
            BooleanSupplier mayContinue,
            InstantSource clock) {
        this.states = states;
        this.writer = writer;
        this.self = self;
        this.isDead = isDead;
        this.isMissing = isMissing;
        this.pauses = pauses;
        this.mayContinue = mayContinue;
        this.clock = clock;
    }

    /**
     * Blocks, also for as long as NATS does not answer: a claim that was stored without an answer is then given back.
     *
     * @param id of the activation
     * @param deliveries of its command, including this one
     * @param runId unique
     */
    public Decision claim(String id, long deliveries, String runId) throws InterruptedException {
        try {
            return decide(id, deliveries, runId);
        } catch (BusException e) {
            LOG.warn("activation not claimed activation={} cause={}", id, e.getMessage());
            giveBack(id, runId);
            return new Decision.LookAgain(UNKNOWN_DELAY);
        }
    }

    /** The claim may be stored, and only its answer lost. */
    private void giveBack(String id, String runId) throws InterruptedException {
        var last = writer.awaitLast(id, mayContinue);
        if (last.isPresent()
                && last.get().record() instanceof Running running
                && running.runId().equals(runId)) {
            var unused = writer.conclude(last.get(), ours -> ours.release(false, clock.instant()), mayContinue);
        }
    }

    private Decision decide(String id, long deliveries, String runId) throws InterruptedException {
        var last = readState(id);
        for (int i = 0; i < MAX_TRANSITIONS; i++) {
            if (last.isEmpty()) {
                return decideUnknown(id, deliveries);
            }
            var snapshot = last.get();
            var now = clock.instant();
            switch (snapshot.record()) {
                case Ended ended -> {
                    return new Decision.Drop();
                }
                case Queued queued
                when queued.remainingWait(now).isPositive() -> {
                    return new Decision.NotDueYet(queued);
                }
                case Queued queued
                when queued.isExpired(now, pauses(queued)) -> last = append(queued.expire(now), snapshot);
                case Queued queued
                when pauses(queued).isPaused() -> {
                    return new Decision.LookAgain(PAUSED_DELAY);
                }
                case Queued queued -> {
                    var runSpec = queued.order() != null
                            ? Optional.of(queued.order())
                            : Blocking.awaitReply(states.runSpec(id));
                    var claimed = appendClaim(snapshot, queued.claim(self, runId, clock.instant()), runSpec);
                    if (claimed instanceof AppendResult.Stored(var stored)) {
                        return new Decision.Claimed(stored, (Running) stored.record(), runSpec);
                    }
                    last = ((AppendResult.Superseded) claimed).actual();
                }
                case Running running
                when running.runId().equals(runId) -> {
                    // Our own claim; its cancellation was requested since.
                    return new Decision.Claimed(snapshot, running, Blocking.awaitReply(states.runSpec(id)));
                }
                case Running running
                when isDead.test(running.worker()) -> last = lose(running, running.loseSpawner(now), snapshot);
                case Running running
                when Blocking.awaitReply(isMissing.apply(running)) ->
                    last = lose(running, running.loseRun(now), snapshot);
                case Running running -> {
                    return new Decision.LookAgain(RUNS_ELSEWHERE);
                }
            }
        }
        return new Decision.LookAgain(UNKNOWN_DELAY);
    }

    private FunctionPauses pauses(Queued queued) {
        return pauses.apply(queued.activation().function().id());
    }

    /** A replica's state suffices if it leads to a claim or an end: a claim on a stale state is refused. Else asks the leader. */
    private Optional<Snapshot> readState(String id) throws InterruptedException {
        var replica = Blocking.awaitReply(states.lastFromReplica(id));
        boolean isDecisive =
                replica.map(Snapshot::record).filter(this::isDecisive).isPresent();
        return isDecisive ? replica : Blocking.awaitReply(states.last(id));
    }

    private boolean isDecisive(ActivationRecord record) {
        return switch (record) {
            case Ended ended -> true;
            case Queued queued -> !queued.remainingWait(clock.instant()).isPositive();
            case Running running -> false;
        };
    }

    private Optional<Snapshot> lose(Running running, ActivationRecord next, Snapshot before)
            throws InterruptedException {
        LOG.info("run lost activation={} run={} worker={}", running.id(), running.runId(), running.worker());
        return append(next, before);
    }

    private AppendResult appendClaim(Snapshot before, ActivationRecord next, Optional<RunSpec> runSpec)
            throws InterruptedException {
        if (runSpec.isEmpty()) {
            LOG.error("accepted event missing, nothing to run activation={}", next.id());
        }
        return writer.append(next, before.sequence());
    }

    private Optional<Snapshot> append(ActivationRecord next, Snapshot before) throws InterruptedException {
        return switch (writer.append(next, before.sequence())) {
            case AppendResult.Stored(var stored) -> Optional.of(stored);
            case AppendResult.Superseded(var actual) -> actual;
        };
    }

    private static Decision decideUnknown(String id, long deliveries) {
        if (deliveries <= UNKNOWN_DELIVERIES) {
            return new Decision.LookAgain(UNKNOWN_DELAY);
        }
        LOG.warn("command dropped, its activation has no state activation={} deliveries={}", id, deliveries);
        return new Decision.Drop();
    }
}
