package dev.faas.nats;

import io.nats.client.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Represents one delivery of a message. This process may handle it until it acknowledges it, hands it back, or {@code ack_wait} is over. */
public final class Delivery {
    /** Sends a request that may change something. */
    interface Sender {
        CompletableFuture<Message> send(String subject, Map<String, String> headers, byte[] body);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    private static final AtomicBoolean HAS_WARNED = new AtomicBoolean();

    private final Message message;
    private final DeliveredMessage delivered;
    private final Sender sender;

    Delivery(Message message, DeliveredMessage delivered, Sender sender) {
        this.message = message;
        this.delivered = delivered;
        this.sender = sender;
    }

    public String subject() {
        return message.getSubject();
    }

    public byte[] bytes() {
        return message.getData();
    }

    /** Without those of NATS. */
    public Map<String, String> headers() {
        return JetStreamReplies.userHeaders(message.getHeaders());
    }

    /** When it was stored. */
    public Instant storedAt() {
        return delivered.storedAt();
    }

    public long sequence() {
        return delivered.sequence();
    }

    /** How often it was delivered, including this time; a recreated consumer starts at 1 again. */
    public long deliveryCount() {
        return delivered.deliveries();
    }

    /** Messages of the same consumer that had never been delivered at that time. */
    public long pending() {
        return delivered.pending();
    }

    /** Removes the message from the queue. Completes when the server has confirmed that. */
    public CompletableFuture<Void> ack() {
        return reply("+ACK");
    }

    /** Acknowledges without waiting. If the acknowledgement is lost the message is delivered again: only for work that may be repeated.
     */
    public void ackUnconfirmed() {
        try {
            message.ack();
        } catch (IllegalStateException disconnected) {
            LOG.debug(
                    "message not acknowledged subject={} sequence={} error={}",
                    subject(),
                    sequence(),
                    disconnected.getMessage());
        }
    }

    /** Restarts {@code ack_wait}. Completes when the server has confirmed that. */
    public CompletableFuture<Void> keepAlive() {
        return reply("+WPI");
    }

    /** Returns it to the queue for another delivery after the delay. Until then it counts towards its consumer's limit. */
    public CompletableFuture<Void> handBack(Duration delay) {
        return reply(delay.isZero() ? "-NAK" : "-NAK {\"delay\":" + delay.toNanos() + "}");
    }

    /** Whether nobody can handle it. With a status, it was sent to the stream by NATS, which was made to ({@link EntryHeaders}). */
    boolean isForeign() {
        return message.isStatusMessage();
    }

    /** Makes NATS deliver it no more: it would be refused again. Completes when the server has confirmed that. */
    public CompletableFuture<Void> terminate() {
        return reply("+TERM");
    }

    /** From a work queue it is removed. Otherwise it would come again and again. */
    CompletableFuture<Void> removeForeign() {
        if (!HAS_WARNED.getAndSet(true)) {
            LOG.warn(
                    "message removed: no service wrote it, so somebody may have a service's password for NATS."
                            + " Renew the passwords subject={}",
                    subject());
        }
        return terminate();
    }

    private CompletableFuture<Void> reply(String body) {
        return sender.send(message.getReplyTo(), Map.of(), body.getBytes(StandardCharsets.US_ASCII))
                .thenAccept(answer -> {});
    }
}
