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
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a run lets go of its command: once, and only while it holds the lease, since afterwards the command may be another's.
 * What does not succeed is left to redelivery, which finds out by the activation's state what is left to do. Each way says
 * when to look at the function's queue again, if the command comes back there. Blocks.
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

    /** Nothing is left to do for it. */
    Optional<Duration> ack() throws InterruptedException {
        lease.close();
        if (!done("acknowledged", delivery::ack)) {
            LOG.warn("{}: not acknowledged; it will come again and be found ended", delivery.subject());
        }
        return Optional.empty();
    }

    /** Another attempt is to follow: now, or when it is due. Until then the command takes none of its function's slots. */
    Optional<Duration> requeue(Queued queued) throws InterruptedException {
        if (queued.waitFrom(clock.instant()).isZero()) {
            return handBack(Duration.ZERO);
        }
        var parked = new PendingRetry(CommandQueue.command(delivery), queued.nextAttemptAt());
        if (!done("parked", () -> queue.park(parked))) {
            LOG.warn("{}: not parked; it will come again, and be parked then", delivery.subject());
            return Optional.empty();
        }
        return ack();
    }

    /** It is to be delivered again. */
    Optional<Duration> handBack(Duration delay) {
        lease.close();
        if (!lease.isHeld()) {
            return Optional.empty();
        }
        var unused = delivery.handBack(delay).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("{}: not handed back; it will come again by itself", delivery.subject());
            } else if (delay.isZero()) {
                Subjects.queueKey(delivery.subject()).ifPresent(queue::notifyWork);
            }
        });
        return Optional.of(delay);
    }

    private boolean done(String what, Supplier<CompletableFuture<Void>> request) throws InterruptedException {
        for (int i = 0; i < TRIES && lease.isHeld(); i++) {
            try {
                Blocking.answer(request.get());
                return true;
            } catch (BusException e) {
                LOG.debug("{}: not {} yet: {}", delivery.subject(), what, e.getMessage());
            }
        }
        return false;
    }
}
