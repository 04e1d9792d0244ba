package dev.faas.spawner.run;

import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.PendingRetry;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.nats.Delivery;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles a run's command: acknowledges, parks or hands it back. Once, and only while the lease is held, because afterwards
 * the command may belong to another spawner. If that fails, the command is redelivered, and the activation's state tells what
 * is left to do. Each method returns the delay after which the command is back in the queue, if it is. Blocks.
 */
final class Settlement {
    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
    private static final int TRIES = 3;

    private final Delivery delivery;
    private final Lease lease;
    private final CommandQueue queue;
    private final InstantSource clock;

    Settlement(Delivery delivery, Lease lease, CommandQueue queue, InstantSource clock) {
        this.delivery = delivery;
        this.lease = lease;
        this.queue = queue;
        this.clock = clock;
    }

    /** Unconfirmed: if it is lost, the redelivered command finds the state that was stored before. */
    Optional<Duration> ack() {
        lease.close();
        if (lease.isHeld()) {
            delivery.ackUnconfirmed();
        }
        return Optional.empty();
    }

    /** Hands the command back for the next attempt, or schedules it until that is due, so that it holds no slot of its function. */
    Optional<Duration> requeue(Queued queued) throws InterruptedException {
        if (queued.remainingWait(clock.instant()).isZero()) {
            return handBack(Duration.ZERO);
        }
        var retry = new PendingRetry(CommandQueue.decodeCommand(delivery), queued.nextAttemptAt());
        if (!trySchedule(retry)) {
            LOG.warn("retry not scheduled, command waits for redelivery subject={}", delivery.subject());
            return Optional.empty();
        }
        return ack();
    }

    /** Has the command redelivered after the delay. */
    Optional<Duration> handBack(Duration delay) {
        lease.close();
        if (!lease.isHeld()) {
            return Optional.empty();
        }
        var unused = delivery.handBack(delay).whenComplete((ok, failure) -> {
            if (failure != null) {
                LOG.warn("command not handed back, waits for redelivery subject={}", delivery.subject());
            } else if (delay.isZero()) {
                Subjects.queueKey(delivery.subject()).ifPresent(queue::notifyWork);
            }
        });
        return Optional.of(delay);
    }

    private boolean trySchedule(PendingRetry retry) throws InterruptedException {
        for (int i = 0; i < TRIES && lease.isHeld(); i++) {
            try {
                Blocking.awaitReply(queue.scheduleRetry(retry));
                return true;
            } catch (BusException e) {
                LOG.debug("retry not scheduled yet subject={} cause={}", delivery.subject(), e.getMessage());
            }
        }
        return false;
    }
}
