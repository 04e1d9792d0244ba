package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents.Appended;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.activation.States;
import dev.faas.activation.Worker;
import dev.faas.lifecycle.Blocking;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a delivered command means, by the state that its activation is in. Only an activation that is queued is claimed, by
 * compare-and-set; a refusal means that there is another state to look at.
 *
 * <pre>
 *   nothing                    later, a few times; then done with
 *   ended                      done with
 *   queued, too late           ends it expired
 *   queued, not yet            waiting: to be parked
 *   queued                     CLAIM
 *   running, worker alive      not ours: it has the command too, and keeps it; looked at again
 *   running, worker dead       loses it, then looks again
 * </pre>
 */
public final class Claims {
    /** What to do with the delivery. */
    public sealed interface Decision {
        /** Run it: nobody else does. */
        record Claimed(Snapshot snapshot, Running running, Optional<RunSpec> runSpec) implements Decision {}

        /** Nothing is to be done any more. */
        record Drop() implements Decision {}

        /** Its next attempt is not due yet. */
        record NotDueYet(Queued queued) implements Decision {}

        /** Nobody knows yet: to be looked at again. */
        record LookAgain(Duration delay) implements Decision {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    /** The command may be seen before the accepted event, though not for long. */
    private static final int UNKNOWN_DELIVERIES = 5;

    private static final Duration UNKNOWN_DELAY = Duration.ofSeconds(1);
    /** Whoever runs it may be dead, and not be known to be yet. */
    public static final Duration RUNS_ELSEWHERE = Duration.ofSeconds(5);

    private static final int MOST_LOOKS = 20;

    private final States states;
    private final StateWriter writer;
    private final Worker self;
    private final Predicate<Worker> dead;
    private final Predicate<String> runsHere;
    private final InstantSource clock;

    /**
     * @param dead whether another spawner is
     * @param runsHere whether a run of this id is alive on this spawner
     */
    public Claims(
            States states,
            StateWriter writer,
            Worker self,
            Predicate<Worker> dead,
            Predicate<String> runsHere,
            InstantSource clock) {
        this.states = states;
        this.writer = writer;
        this.self = self;
        this.dead = dead;
        this.runsHere = runsHere;
        this.clock = clock;
    }

    /**
     * Blocks; fails with a {@link dev.faas.nats.BusException} when nothing could be found out.
     *
     * @param id of the activation
     * @param deliveries of its command, this one included
     * @param runId unique
     */
    public Decision claim(String id, long deliveries, String runId) throws InterruptedException {
        var last = look(id);
        for (int i = 0; i < MOST_LOOKS; i++) {
            if (last.isEmpty()) {
                return unknown(id, deliveries);
            }
            var snapshot = last.get();
            var now = clock.instant();
            switch (snapshot.record()) {
                case Ended ended -> {
                    return new Decision.Drop();
                }
                case Queued queued
                when queued.waitFrom(now).isPositive() -> {
                    return new Decision.NotDueYet(queued);
                }
                case Queued queued when queued.expired(now) -> last = append(queued.expire(now), snapshot);
                case Queued queued -> {
                    var order =
                            queued.order() != null ? Optional.of(queued.order()) : Blocking.answer(states.runSpec(id));
                    var claimed = appendClaim(snapshot, queued.claim(self, runId, clock.instant()), order);
                    if (claimed instanceof Appended.Stored(var stored)) {
                        return new Decision.Claimed(stored, (Running) stored.record(), order);
                    }
                    last = ((Appended.Superseded) claimed).actual();
                }
                case Running running
                when running.runId().equals(runId) -> {
                    // Ours, and somebody has asked for its cancellation meanwhile.
                    return new Decision.Claimed(snapshot, running, Blocking.answer(states.runSpec(id)));
                }
                case Running running
                when alive(running) -> {
                    return new Decision.LookAgain(RUNS_ELSEWHERE);
                }
                case Running running -> {
                    LOG.info("activation {}: its run on {} is lost", id, running.worker());
                    last = append(running.lose(now), snapshot);
                }
            }
        }
        return new Decision.LookAgain(UNKNOWN_DELAY);
    }

    /** Nearly always there is one that waits to be claimed, or has ended: that is seen from near, and a claim too late refused. */
    private Optional<Snapshot> look(String id) throws InterruptedException {
        var seen = Blocking.answer(states.lastFromReplica(id));
        boolean decides = seen.map(Snapshot::record).filter(this::decides).isPresent();
        return decides ? seen : Blocking.answer(states.last(id));
    }

    private boolean decides(ActivationRecord record) {
        return switch (record) {
            case Ended ended -> true;
            case Queued queued -> !queued.waitFrom(clock.instant()).isPositive();
            case Running running -> false;
        };
    }

    private boolean alive(Running running) {
        return running.worker().equals(self) ? runsHere.test(running.runId()) : !dead.test(running.worker());
    }

    private Appended appendClaim(Snapshot before, ActivationRecord next, Optional<RunSpec> order)
            throws InterruptedException {
        if (order.isEmpty()) {
            LOG.error("activation {}: its accepted event is gone, so nobody knows what to run", next.id());
        }
        return writer.append(next, before.sequence());
    }

    private Optional<Snapshot> append(ActivationRecord next, Snapshot before) throws InterruptedException {
        return switch (writer.append(next, before.sequence())) {
            case Appended.Stored(var stored) -> Optional.of(stored);
            case Appended.Superseded(var actual) -> actual;
        };
    }

    private static Decision unknown(String id, long deliveries) {
        if (deliveries <= UNKNOWN_DELIVERIES) {
            return new Decision.LookAgain(UNKNOWN_DELAY);
        }
        LOG.warn("activation {}: nothing is known of it after {} deliveries; dropped", id, deliveries);
        return new Decision.Drop();
    }
}
