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
 * Looks for parked commands whose back-off is over, and puts them back into their functions' queues. Several registries share
 * the work. A crash between the two steps repeats them, which changes nothing.
 *
 * <pre>
 *   not due yet                       handed back until it is due; it holds no slot meanwhile
 *   due                               enqueued, then acknowledged; on the first delivery one second later
 *   of an earlier wait, or cancelled  acknowledged
 * </pre>
 */
public final class RetryEnqueuer {
    private static final Logger LOG = LoggerFactory.getLogger(RetryEnqueuer.class);
    private static final int BATCH = 256;
    private static final Duration TAKE_TIMEOUT = Duration.ofMillis(500);
    private static final Duration UNREADABLE_DELAY = Duration.ofSeconds(30);
    /**
     * Most commands are parked before they are due. One that is due at its first delivery may be due by this registry's clock
     * only; then its spawner parks it again, and without a pause it would bounce between the two.
     */
    private static final Duration FIRST_DELIVERY_DELAY = Duration.ofSeconds(1);

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

    /** Processes one batch; waits half a second for the first command. Blocks. */
    public void runOnce() throws Exception {
        var deliveries = reader.take(BATCH, TAKE_TIMEOUT);
        Blocking.await(
                CompletableFuture.allOf(deliveries.stream().map(this::process).toArray(CompletableFuture[]::new)));
    }

    private CompletableFuture<Void> process(Delivery delivery) {
        PendingRetry retry;
        try {
            retry = CommandQueue.decodePendingRetry(delivery);
        } catch (Codec.CodecException e) {
            // A newer version may have written it, and another registry may be able to read it.
            LOG.error("parked command not readable subject={}", delivery.subject(), e);
            return delivery.handBack(UNREADABLE_DELAY);
        }
        return events.lastFromLeader(retry.command().id()).thenCompose(last -> enqueueIfDue(delivery, retry, last));
    }

    private CompletableFuture<Void> enqueueIfDue(Delivery delivery, PendingRetry retry, Optional<Snapshot> last) {
        if (last.isEmpty()
                || !(last.get().record() instanceof ActivationRecord.Queued queued)
                || !retry.due().equals(queued.nextAttemptAt())) {
            return delivery.ack();
        }
        var wait = queued.remainingWait(clock.instant());
        if (!wait.isZero()) {
            return delivery.handBack(wait);
        }
        return delivery.deliveryCount() == 1
                ? delivery.handBack(FIRST_DELIVERY_DELAY)
                : queue.enqueue(retry.command()).thenCompose(done -> delivery.ack());
    }
}
