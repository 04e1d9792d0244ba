package dev.faas.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a durable consumer in batches, from one thread that may block. Several readers of one consumer share its messages.
 *
 * <p>It requests one batch at a time and keeps one subscription open. A request can be lost with a killed server, a lost
 * leader or a broken connection; it is then repeated after seconds, and a late message is still delivered. The library's own
 * iteration notices a lost request only after 45 to 90 s, and the subscription that it opens then may outlive its owner and
 * keep the messages.
 */
public final class DurableReader implements AutoCloseable {
    private static final Duration NO_WAIT = Duration.ofMillis(1);
    private static final Duration EXPIRES = Duration.ofSeconds(2);
    /** How late the server may report that a request has expired. */
    private static final Duration LATE = Duration.ofSeconds(1);
    /** Statuses "no messages" and "request timeout". */
    private static final Set<Integer> EMPTY = Set.of(404, 408);

    private static final Logger LOG = LoggerFactory.getLogger(DurableReader.class);

    private final Nats nats;
    private final Connection connection;
    private final String stream;
    private final String durable;
    private final String replyTo;
    private @Nullable Subscription inbox;
    private long requests;
    private int outstanding;
    private long lostAt;

    DurableReader(Nats nats, Connection connection, String stream, String durable) {
        this.nats = nats;
        this.connection = connection;
        this.stream = stream;
        this.durable = durable;
        this.replyTo = nats.createInbox() + ".";
    }

    /** Waits for the first message and takes up to {@code max} that are there. Empty when none arrived in time. */
    public List<Delivery> take(int max, Duration wait) throws InterruptedException {
        var batch = new ArrayList<Delivery>();
        try {
            if (inbox == null) {
                inbox = connection.subscribe(replyTo + "*");
            }
            fill(batch, max, inbox, System.nanoTime() + wait.toNanos());
            return batch;
        } catch (IllegalStateException e) {
            throw new BusException.BusUnavailable("reading " + durable + ": " + e.getMessage(), e);
        }
    }

    private void fill(List<Delivery> batch, int max, Subscription from, long until) throws InterruptedException {
        while (batch.size() < max) {
            if (batch.isEmpty()) {
                pullUnlessPending(max);
            }
            var left = Duration.ofNanos(until - System.nanoTime());
            boolean isOver = left.compareTo(NO_WAIT) <= 0;
            var message = from.nextMessage(batch.isEmpty() && !isOver ? left : NO_WAIT);
            boolean isMore = message != null && accept(message, batch);
            if (!isMore && (isOver || (message == null && !batch.isEmpty()))) {
                return;
            }
        }
    }

    /** Whether the batch has one more. */
    private boolean accept(Message message, List<Delivery> batch) {
        var delivery = toDelivery(message);
        if (delivery.isEmpty()) {
            if (message.isStatusMessage()) {
                onStatus(message, batch.isEmpty());
            }
            return false;
        }
        outstanding--;
        if (delivery.get().isForeign()) {
            remove(delivery.get());
            return false;
        }
        return batch.add(delivery.get());
    }

    private Optional<Delivery> toDelivery(Message message) {
        return DeliveredMessage.of(message, stream, durable)
                .map(delivered -> new Delivery(message, delivered, nats::requestWrite));
    }

    /** Also from the stream, where it would be the last state of its activation. */
    private void remove(Delivery foreign) {
        var unused = nats.stream(stream)
                .delete(foreign.sequence())
                .thenCompose(deleted -> foreign.removeForeign())
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.debug("message not removed sequence={} error={}", foreign.sequence(), failure.toString());
                    }
                });
    }

    private void pullUnlessPending(int max) {
        if (outstanding > 0 && System.nanoTime() < lostAt) {
            return;
        }
        Consumers.pull(connection, stream, durable, replyTo + ++requests, max, EXPIRES);
        outstanding = max;
        lostAt = System.nanoTime() + EXPIRES.plus(LATE).toNanos();
    }

    /** @param report false while the batch has messages: those are returned first */
    private void onStatus(Message message, boolean report) {
        if (!message.getSubject().equals(replyTo + requests)) {
            return; // of an earlier request that counted as lost
        }
        outstanding = 0;
        var status = message.getStatus();
        if (report && !EMPTY.contains(status.getCode())) {
            restoreConsumer();
            throw new BusException.BusUnavailable("reading " + durable, new IOException(status.getMessageWithCode()));
        }
    }

    /** An operator may have removed the consumer; the next call then finds it again. */
    private void restoreConsumer() {
        try {
            Topology.restoreReaders(nats);
        } catch (IOException | JetStreamApiException | IllegalStateException e) {
            LOG.debug("consumer not restored consumer={} error={}", durable, e.toString());
        }
    }

    /** Hands back messages that arrived and were not taken, so that another reader gets them before {@code ack_wait} is over. */
    @Override
    public void close() {
        var from = inbox;
        inbox = null;
        if (from == null) {
            return;
        }
        var ahead = new ArrayList<Delivery>();
        try {
            for (var message = from.nextMessage(NO_WAIT); message != null; message = from.nextMessage(NO_WAIT)) {
                toDelivery(message).ifPresent(ahead::add);
            }
            // Before the messages are handed back, or they would arrive here again.
            from.unsubscribe();
            CompletableFuture.allOf(ahead.stream()
                            .map(delivery -> delivery.handBack(Duration.ZERO))
                            .toArray(CompletableFuture[]::new))
                    .get(nats.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("messages not handed back consumer={} count={} error={}", durable, ahead.size(), e.toString());
        }
    }
}
