package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.PendingRetry;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Delivery;
import dev.faas.nats.DurableReader;
import dev.faas.wire.Codec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings activations whose back-off is over back into their functions' queues. Several registries share the work; a crash
 * between the two steps of one repeats them, which changes nothing.
 *
 * <pre>
 *   parked, not due        handed back until it is: there is no slot to hold here
 *   parked, due            enqueued, then acknowledged; when it is due at first sight, a second later
 *   of another wait, over  acknowledged
 * </pre>
 */
public final class RetryEnqueuer {
    private static final Logger LOG = LoggerFactory.getLogger(RetryEnqueuer.class);
    private static final int BATCH = 256;
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration UNREADABLE_DELAY = Duration.ofSeconds(30);
    /**
     * Most are parked before they are due. One that is not may be so by our clock alone, and then its spawner parks it again:
     * they must not toss it to and fro without a pause.
     */
    private static final Duration AT_FIRST_SIGHT = Duration.ofSeconds(1);

    private final DurableReader reader;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final InstantSource clock;

    /** @param reader of the parked commands */
    public RetryEnqueuer(DurableReader reader, ActivationEvents events, CommandQueue queue, InstantSource clock) {
        this.reader = reader;
        this.events = events;
        this.queue = queue;
        this.clock = clock;
    }

    /** Deals with what there is; waits half a second for something. Blocks. */
    public void round() throws Exception {
        var deliveries = reader.take(BATCH, WAIT);
        Blocking.await(
                CompletableFuture.allOf(deliveries.stream().map(this::look).toArray(CompletableFuture[]::new)));
    }

    private CompletableFuture<Void> look(Delivery delivery) {
        PendingRetry parked;
        try {
            parked = CommandQueue.decodePendingRetry(delivery);
        } catch (Codec.CodecException e) {
            // Perhaps of a newer version, which another registry can read.
            LOG.error("{}: cannot be read", delivery.subject(), e);
            return delivery.handBack(UNREADABLE_DELAY);
        }
        return events.lastFromLeader(parked.command().id()).thenCompose(last -> settle(delivery, parked, last));
    }

    private CompletableFuture<Void> settle(Delivery delivery, PendingRetry parked, Optional<Snapshot> last) {
        if (last.isEmpty()
                || !(last.get().record() instanceof ActivationRecord.Queued queued)
                || !parked.due().equals(queued.nextAttemptAt())) {
            return delivery.ack();
        }
        var wait = queued.remainingWait(clock.instant());
        if (!wait.isZero()) {
            return delivery.handBack(wait);
        }
        return delivery.deliveryCount() == 1
                ? delivery.handBack(AT_FIRST_SIGHT)
                : queue.enqueue(parked.command()).thenCompose(done -> delivery.ack());
    }
}
