package dev.faas.hook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.http.StrictJson;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Problem;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads CloudEvents 1.0 from messages, in structured or binary mode of its HTTP and NATS bindings, and wraps messages that are
 * none. The result is an event in the JSON format.
 */
public final class CloudEventBody {
    private static final String VERSION = "1.0";
    private static final String PREFIX = "ce-";
    private static final List<String> REQUIRED = List.of("id", "source", "specversion", "type");

    private CloudEventBody() {}

    /**
     * Fails with {@code invalid_request} or {@code malformed_json} for an event that is not valid.
     *
     * @param otherwise of a message that is no event
     */
    static ObjectNode of(ReceivedMessage message, Wrapper otherwise) {
        if (message.isStructuredEvent()) {
            return structured(message);
        }
        if (message.single(PREFIX + "specversion").isPresent()) {
            return binary(message);
        }
        var event = JsonNodeFactory.instance
                .objectNode()
                .put("specversion", VERSION)
                .put("id", otherwise.id)
                .put("source", otherwise.source)
                .put("type", otherwise.type)
                .put("time", ApiTime.format(otherwise.time));
        if (otherwise.subject != null) {
            event.put("subject", otherwise.subject);
        }
        return withData(event, message);
    }

    /**
     * The event that a message becomes which is none.
     *
     * @param subject null: it has none
     */
    public record Wrapper(
            String id, String source, String type, @Nullable String subject, Instant time) {}

    public static ObjectNode structured(ReceivedMessage message) {
        var event = StrictJson.object(message.body());
        require(event);
        return event;
    }

    private static ObjectNode binary(ReceivedMessage message) {
        var event = JsonNodeFactory.instance.objectNode();
        for (var header : message.headers()) {
            var name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)) {
                var attribute = name.substring(PREFIX.length());
                if (attribute.isEmpty() || attribute.startsWith("data") || event.has(attribute)) {
                    throw Problem.invalid(name, "must be an attribute of a CloudEvent, once")
                            .asException();
                }
                event.put(attribute, decode(header.getValue()));
            }
        }
        require(event);
        return withData(event, message);
    }

    private static void require(ObjectNode event) {
        for (var name : REQUIRED) {
            var value = event.path(name);
            if (!value.isTextual() || value.textValue().isEmpty()) {
                throw Problem.invalid(name, "must be a text: a CloudEvent has it")
                        .asException();
            }
        }
        if (!event.path("specversion").textValue().equals(VERSION)) {
            throw Problem.invalid("specversion", "must be " + VERSION).asException();
        }
    }

    private static ObjectNode withData(ObjectNode event, ReceivedMessage message) {
        message.contentType().ifPresent(type -> event.put("datacontenttype", type));
        if (message.body().length == 0) {
            return event;
        }
        if (message.isJson()) {
            JsonNode data = StrictJson.value(message.body());
            return event.set("data", data);
        }
        return text(message.body())
                .map(text -> event.put("data", text))
                .orElseGet(() -> event.put("data_base64", Base64.getEncoder().encodeToString(message.body())));
    }

    private static Optional<String> text(byte[] bytes) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.indexOf('\0') < 0 ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    /** As the HTTP binding encodes header values (3.1.3.2): percent signs and two digits are bytes of UTF-8; quotes enclose it. */
    public static String decode(String value) {
        var text = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1")
                : value;
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%'
                    && i + 2 < text.length()
                    && HexFormat.isHexDigit(text.charAt(i + 1))
                    && HexFormat.isHexDigit(text.charAt(i + 2))) {
                bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
                i += 2;
            } else {
                bytes.writeBytes(String.valueOf(text.charAt(i)).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
