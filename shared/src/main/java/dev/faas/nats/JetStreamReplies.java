package dev.faas.nats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How JetStream's own answers are read: direct gets and republished messages carry headers, the leader's API answers JSON. */
final class JetStreamReplies {
    private static final String SUBJECT = "Nats-Subject";
    private static final String SEQUENCE = "Nats-Sequence";
    private static final String TIME = "Nats-Time-Stamp";
    private static final String PREVIOUS = "Nats-Last-Sequence";
    private static final String OWN_PREFIX = "Nats-";

    private JetStreamReplies() {}

    /** A direct get's answer; empty when there is no such message. */
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
                message.getData());
    }

    /** The answer of {@code STREAM.MSG.GET}, which the leader alone gives. */
    static Optional<StoredMessage> readLeaderGet(Message answer) {
        var json = Codec.readTree(answer.getData());
        if (json.has("error")) {
            if (json.path("error").path("code").asInt() == 404) {
                return Optional.empty();
            }
            throw new BusException.BusUnavailable(
                    json.path("error").path("description").asText(), null);
        }
        var message = json.path("message");
        return Optional.of(new StoredMessage(
                message.path("subject").asText(),
                message.path("seq").asLong(),
                Instant.parse(message.path("time").asText()),
                parseHeaders(message.path("hdrs").asText("")),
                Base64.getDecoder().decode(message.path("data").asText(""))));
    }

    /** The answer to the deletion of a message: whether there was one. */
    static boolean readDelete(Message answer) {
        var json = Codec.readTree(answer.getData());
        if (isNoSuchMessage(json.path("error"))) {
            return false;
        }
        requireSuccessIn(json);
        return true;
    }

    /** What failed to be deleted says why in words alone: the sequence is of a message that was removed, or not in the stream. */
    private static boolean isNoSuchMessage(JsonNode error) {
        var description = error.path("description").asText();
        return switch (error.path("err_code").asInt()) {
            case 10043 -> true;
            case 10057 -> description.contains("no message found") || description.contains("EOF");
            default -> false;
        };
    }

    /** The answer to a command that may be refused. */
    static void requireSuccess(Message answer) {
        requireSuccessIn(Codec.readTree(answer.getData()));
    }

    private static void requireSuccessIn(JsonNode json) {
        if (!json.path("success").asBoolean()) {
            throw toUnavailable(json);
        }
    }

    /** What an answer with an error in it is thrown as. */
    static BusException.BusUnavailable toUnavailable(JsonNode json) {
        return new BusException.BusUnavailable(
                json.path("error").path("description").asText(), null);
    }

    /** The answer to a publish: the sequence, or the refusal as an exception. */
    static long readPublish(String subject, Message answer) {
        var json = Codec.readTree(answer.getData());
        var error = json.path("error");
        if (error.isMissingNode()) {
            return json.path("seq").asLong();
        }
        throw toException(subject, error);
    }

    private static BusException toException(String subject, JsonNode error) {
        return switch (error.path("err_code").asInt()) {
            case 10071, 10164 -> new BusException.CompareAndSetRefused(subject);
            case 10047, 10077, 10023 -> new BusException.StreamFull(subject);
            default -> new BusException.BusUnavailable(error.path("description").asText(), null);
        };
    }

    static Headers headers(Map<String, String> headers) {
        var result = new Headers();
        headers.forEach(result::put);
        return result;
    }

    private static Map<String, String> userHeaders(@Nullable Headers headers) {
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

    private static Map<String, String> parseHeaders(String base64) {
        var result = new LinkedHashMap<String, String>();
        new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .forEach(line -> {
                    int colon = line.indexOf(':');
                    if (colon > 0 && !line.startsWith(OWN_PREFIX)) {
                        result.put(
                                line.substring(0, colon),
                                line.substring(colon + 1).strip());
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
