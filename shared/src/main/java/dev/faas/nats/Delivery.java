package dev.faas.nats;

import io.nats.client.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One delivery of a message to a consumer. Ours until it is acked, handed back, or {@code ack_wait} runs out. */
public final class Delivery {
    /** Sends a request that may change something. */
    interface Sender {
        CompletableFuture<Message> send(String subject, Map<String, String> headers, byte[] body);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    private final Message message;
    private final Sender sender;

    Delivery(Message message, Sender sender) {
        this.message = message;
        this.sender = sender;
    }

    public String subject() {
        return message.getSubject();
    }

    public byte[] bytes() {
        return message.getData();
    }

    public long sequence() {
        return message.metaData().streamSequence();
    }

    /** How often it was delivered, this time included; a recreated consumer begins at 1 again. */
    public long deliveryCount() {
        return message.metaData().deliveredCount();
    }

    /** Messages of the same consumer that had not been delivered to anyone when this one was; redeliveries do not count. */
    public long pending() {
        return message.metaData().pendingCount();
    }

    /** Done: the message leaves the queue. Completes when the server has confirmed it. */
    public CompletableFuture<Void> ack() {
        return reply("+ACK");
    }

    /**
     * Done, and nobody waits for the server to confirm it: for work that does no harm when it is done again, as it is if
     * this gets lost.
     */
    public void ackUnconfirmed() {
        try {
            message.ack();
        } catch (IllegalStateException disconnected) {
            LOG.debug("{} at {} comes again: {}", sequence(), subject(), disconnected.getMessage());
        }
    }

    /** Not done yet: {@code ack_wait} begins anew. Completes when the server has confirmed it. */
    public CompletableFuture<Void> keepAlive() {
        return reply("+WPI");
    }

    /** Back to the queue, to be delivered after a while. It holds its slot for so long. */
    public CompletableFuture<Void> handBack(Duration delay) {
        return reply(delay.isZero() ? "-NAK" : "-NAK {\"delay\":" + delay.toNanos() + "}");
    }

    private CompletableFuture<Void> reply(String body) {
        return sender.send(message.getReplyTo(), Map.of(), body.getBytes(StandardCharsets.US_ASCII))
                .thenAccept(answer -> {});
    }
}
