package dev.faas.nats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import io.nats.client.Connection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Manages the durable pull consumers of one stream by the JetStream API. Nothing here blocks. */
public final class Consumers {
    /** When a message is delivered again that was neither acknowledged nor kept alive. Longer than a spawner's lease, so that its
     * run has stopped by then. Short enough that an activation which was taken and not begun starts within half a minute.
     */
    public static final Duration ACK_WAIT = Duration.ofSeconds(20);

    /** Long, because the server deletes an inactive consumer even when its queue has work. */
    private static final long INACTIVE_NANOS = 24 * 3_600_000_000_000L;

    private final Nats nats;
    private final String stream;

    Consumers(Nats nats, String stream) {
        this.nats = nats;
        this.stream = stream;
    }

    /** Creates the consumer, or changes its limit. A lower limit takes effect as running activations end. */
    public CompletableFuture<Void> ensure(String name, String filter, int maxAckPending) {
        return create(
                name, filter, maxAckPending, Map.of("deliver_policy", "all", "inactive_threshold", INACTIVE_NANOS));
    }

    /** The same of one that gets messages from now on, and stays until it is deleted. */
    public CompletableFuture<Void> ensureLasting(String name, String filter, int maxAckPending) {
        return create(name, filter, maxAckPending, Map.of("deliver_policy", "new"));
    }

    private CompletableFuture<Void> create(String name, String filter, int maxAckPending, Map<String, Object> more) {
        var config = new HashMap<String, Object>(Map.of(
                "durable_name", name,
                "name", name,
                "filter_subject", filter,
                "ack_policy", "explicit",
                "ack_wait", ACK_WAIT.toNanos(),
                "max_ack_pending", maxAckPending,
                "max_deliver", -1));
        config.putAll(more);
        var body = Codec.write(Map.of("stream_name", stream, "config", config, "action", ""));
        return nats.requestWrite("$JS.API.CONSUMER.CREATE." + stream + "." + name + "." + filter, Map.of(), body)
                .thenAccept(answer -> requireNoError(Codec.readTree(answer.getData())));
    }

    public CompletableFuture<Void> delete(String name) {
        return nats.requestWrite("$JS.API.CONSUMER.DELETE." + stream + "." + name, Map.of(), new byte[0])
                .thenAccept(answer -> {
                    var json = Codec.readTree(answer.getData());
                    if (JetStreamError.of(json) != JetStreamError.CONSUMER_NOT_FOUND) {
                        requireNoError(json);
                    }
                });
    }

    public CompletableFuture<Optional<ConsumerState>> state(String name) {
        return nats.requestRead("$JS.API.CONSUMER.INFO." + stream + "." + name, new byte[0])
                .thenApply(answer -> {
                    var json = Codec.readTree(answer.getData());
                    if (JetStreamError.of(json) == JetStreamError.CONSUMER_NOT_FOUND) {
                        return Optional.empty();
                    }
                    requireNoError(json);
                    return Optional.of(state(json));
                });
    }

    /** Requests up to so many messages. They arrive at {@code replyTo}, and so does a status when there are no more within
     * {@code expires}. A lost request brings neither.
     *
     * @throws IllegalStateException when the connection is closed
     */
    static void pull(
            Connection connection, String stream, String name, String replyTo, int messages, Duration expires) {
        var body = "{\"batch\":" + messages + ",\"expires\":" + expires.toNanos() + "}";
        connection.publish(
                "$JS.API.CONSUMER.MSG.NEXT." + stream + "." + name, replyTo, body.getBytes(StandardCharsets.US_ASCII));
    }

    /** Takes 140 ms for a thousand. */
    public CompletableFuture<List<ConsumerState>> list() {
        return page(new ArrayList<>());
    }

    private CompletableFuture<List<ConsumerState>> page(List<ConsumerState> found) {
        return nats.requestRead("$JS.API.CONSUMER.LIST." + stream, Codec.write(Map.of("offset", found.size())))
                .thenCompose(answer -> {
                    var json = Codec.readTree(answer.getData());
                    requireNoError(json);
                    json.path("consumers").forEach(each -> found.add(state(each)));
                    boolean more = found.size() < json.path("total").asInt()
                            && !json.path("consumers").isEmpty();
                    return more ? page(found) : CompletableFuture.completedFuture(List.copyOf(found));
                });
    }

    private static ConsumerState state(JsonNode json) {
        return new ConsumerState(
                json.path("name").asText(),
                json.path("config").path("filter_subject").asText(),
                json.path("num_pending").asLong(),
                json.path("num_ack_pending").asInt(),
                json.path("config").path("max_ack_pending").asInt(),
                json.path("delivered").path("stream_seq").asLong(),
                json.path("config").path("ack_wait").asLong() == ACK_WAIT.toNanos());
    }

    private static void requireNoError(JsonNode json) {
        if (json.has("error")) {
            throw JetStreamReplies.toUnavailable(json);
        }
    }

    /** A consumer as the server sees it.
     *
     * @param pending not delivered yet
     * @param unacked delivered and not acknowledged: running, or handed back and waiting for redelivery
     * @param delivered the sequence of the last message that was delivered for the first time
     * @param current false when an older version created it with other timings
     */
    public record ConsumerState(
            String name,
            String filter,
            long pending,
            int unacked,
            int maxAckPending,
            long delivered,
            boolean current) {}
}
