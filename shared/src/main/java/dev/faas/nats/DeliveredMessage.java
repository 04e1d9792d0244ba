package dev.faas.nats;

import io.nats.client.Message;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Says where a message stands in its stream and in what its consumer has delivered. NATS writes that into the reply subject:
 * {@code $JS.ACK.[domain.account.]stream.consumer.deliveries.sequence.number.time.pending}. The client library reads it from no
 * message whose headers begin with a status. But such a message can be in a stream: an answer that NATS was made to send there.
 *
 * @param sequence in the stream
 * @param deliveries of this message by this consumer, this one included
 * @param number counts from 1 for each consumer
 * @param storedAt when the stream got it
 * @param pending of the consumer, after this message
 */
record DeliveredMessage(
        String stream, String consumer, long deliveries, long sequence, long number, Instant storedAt, long pending) {
    private static final String PREFIX = "$JS.ACK.";
    private static final int WITHOUT_DOMAIN = 9;
    private static final int WITH_DOMAIN = 11;

    /** Empty for a message that this consumer has not delivered: a status, or what NATS was made to send there. */
    static Optional<DeliveredMessage> of(Message message, String stream, String consumer) {
        return of(message, stream).filter(delivered -> delivered.consumer().equals(consumer));
    }

    static Optional<DeliveredMessage> of(Message message, String stream) {
        return of(message).filter(delivered -> delivered.stream().equals(stream));
    }

    /** Empty for a message that no consumer has delivered. */
    private static Optional<DeliveredMessage> of(Message message) {
        var reply = message.getReplyTo();
        if (reply == null || !reply.startsWith(PREFIX)) {
            return Optional.empty();
        }
        var all = List.of(reply.split("\\."));
        if (all.size() != WITHOUT_DOMAIN && all.size() < WITH_DOMAIN) {
            return Optional.empty();
        }
        var parts = all.subList(all.size() == WITHOUT_DOMAIN ? 2 : 4, all.size());
        try {
            return Optional.of(new DeliveredMessage(
                    parts.get(0),
                    parts.get(1),
                    Long.parseLong(parts.get(2)),
                    Long.parseLong(parts.get(3)),
                    Long.parseLong(parts.get(4)),
                    Instant.EPOCH.plusNanos(Long.parseLong(parts.get(5))),
                    Long.parseLong(parts.get(6))));
        } catch (NumberFormatException notOfNats) {
            return Optional.empty();
        }
    }
}
