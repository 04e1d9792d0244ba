package dev.faas.nats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads answers of JetStream: direct gets and republished messages have headers, the API of the leader answers in JSON. */
final class JetStreamReplies {
    private static final String SUBJECT = "Nats-Subject";
    private static final String SEQUENCE = "Nats-Sequence";
    private static final String TIME = "Nats-Time-Stamp";
    private static final String PREVIOUS = "Nats-Last-Sequence";
    private static final String OWN_PREFIX = "Nats-";

    private JetStreamReplies() {}

    /** Empty when there is no such message. */
    static Optional<StoredMessage> readDirectGet(Message answer) {
        if (answer.isStatusMessage()) {
            return switch (answer.getStatus().getCode()) {
                case 404 -> Optional.empty();
                default ->
                    throw new BusException.BusUnavailable(answer.getStatus().getMessageWithCode(), null);
            };
        }
        return Optional.of(storedMessage(answer));
    }

    static LiveMessage readRepublished(Message message) {
        long sequence = number(message.getHeaders(), SEQUENCE);
        return new LiveMessage(storedMessage(message), sequence, number(message.getHeaders(), PREVIOUS));
    }

    private static StoredMessage storedMessage(Message message) {
        var headers = message.getHeaders();
        var subject = first(headers, SUBJECT);
        var time = first(headers, TIME);
        return new StoredMessage(
                subject == null ? message.getSubject() : subject,
                number(headers, SEQUENCE),
                time == null ? Instant.EPOCH : Instant.parse(time),
                userHeaders(headers),
                EntryHeaders.of(message),
                message.getData());
    }

    /** The answer of {@code STREAM.MSG.GET}, which only the leader gives; empty when there is no such message. */
    static Optional<StoredMessage> readLeaderGet(Message answer) {
        var json = Codec.readTree(answer.getData());
        if (json.has("error")) {
            if (json.path("error").path("code").asInt() == 404) {
                return Optional.empty();
            }
            throw toUnavailable(json);
        }
        var message = json.path("message");
        var headers = EntryHeaders.parse(
                Base64.getDecoder().decode(message.path("hdrs").asText("")));
        return Optional.of(new StoredMessage(
                message.path("subject").asText(),
                message.path("seq").asLong(),
                Instant.parse(message.path("time").asText()),
                userHeaders(headers.headers()),
                headers,
                Base64.getDecoder().decode(message.path("data").asText(""))));
    }

    /** False when there was no such message. */
    static boolean readDelete(Message answer) {
        var json = Codec.readTree(answer.getData());
        if (isNoSuchMessage(json)) {
            return false;
        }
        requireSuccessIn(json);
        return true;
    }

    /** The server distinguishes reasons of a failed deletion only by its description. */
    private static boolean isNoSuchMessage(JsonNode json) {
        var description = description(json);
        return switch (JetStreamError.of(json)) {
            case SEQUENCE_NOT_FOUND -> true;
            case MESSAGE_DELETE_FAILED -> description.contains("no message found") || description.contains("EOF");
            default -> false;
        };
    }

    static void requireSuccess(Message answer) {
        requireSuccessIn(Codec.readTree(answer.getData()));
    }

    private static void requireSuccessIn(JsonNode json) {
        if (!json.path("success").asBoolean()) {
            throw toUnavailable(json);
        }
    }

    static BusException.BusUnavailable toUnavailable(JsonNode json) {
        return new BusException.BusUnavailable(description(json), null);
    }

    private static String description(JsonNode json) {
        return json.path("error").path("description").asText();
    }

    /** The sequence of the stored message; throws a {@link BusException} when it was refused. */
    static long readPublish(String subject, Message answer) {
        var json = Codec.readTree(answer.getData());
        if (!json.has("error")) {
            return json.path("seq").asLong();
        }
        throw toException(subject, json);
    }

    private static BusException toException(String subject, JsonNode json) {
        return switch (JetStreamError.of(json)) {
            case WRONG_LAST_SEQUENCE, WRONG_LAST_SEQUENCE_CONSTANT -> new BusException.CompareAndSetRefused(subject);
            case STORAGE_RESOURCES_EXCEEDED, STREAM_STORE_FAILED, INSUFFICIENT_RESOURCES ->
                new BusException.StreamFull(subject);
            default -> toUnavailable(json);
        };
    }

    static Headers headers(Map<String, String> headers) {
        var result = new Headers();
        headers.forEach(result::put);
        return result;
    }

    static Map<String, String> userHeaders(@Nullable Headers headers) {
        if (headers == null) {
            return Map.of();
        }
        var result = new LinkedHashMap<String, String>();
        headers.forEach((name, values) -> {
            if (!name.startsWith(OWN_PREFIX)) {
                result.put(name, values.getFirst());
            }
        });
        return result;
    }

    private static long number(@Nullable Headers headers, String name) {
        var text = first(headers, name);
        return text == null ? 0 : Long.parseLong(text);
    }

    private static @Nullable String first(@Nullable Headers headers, String name) {
        return headers == null ? null : headers.getFirst(name);
    }
}
