package dev.faas.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.blackbird.BlackbirdModule;
import java.io.IOException;
import java.time.Instant;

/** Converts wire records to JSON and back; the only place that does. It ignores unknown fields, so that old and new versions run
 * side by side in a rolling update, and rejects a version that it cannot read. Unknown fields of HTTP requests are rejected
 * elsewhere, by the HTTP layer.
 */
public final class Codec {
    private static final int NEWEST = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new BlackbirdModule()) // calls accessors without reflection
            .addModule(new JavaTimeModule().addSerializer(Instant.class, new Milliseconds()))
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private Codec() {}

    public static byte[] encode(Versioned message) {
        return write(message);
    }

    /** @throws CodecException when the bytes are not such a message */
    public static <T extends Versioned> T decode(byte[] bytes, Class<T> type) {
        try {
            int version = version(bytes);
            if (version > NEWEST) {
                throw new NewerException(
                        type.getSimpleName() + " has version " + version + "; this program reads versions up to "
                                + NEWEST + ". Update this service.",
                        null);
            }
            return MAPPER.readValue(bytes, type);
        } catch (JsonMappingException e) {
            throw namesAnUnknown(e)
                    ? new NewerException(
                            type.getSimpleName() + " has a value that this version does not know. Update this service.",
                            e)
                    : new CodecException("not a " + type.getSimpleName(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new CodecException("not a " + type.getSimpleName(), e);
        }
    }

    /** Whether the message names an enum constant or a subtype that this version does not have. */
    private static boolean namesAnUnknown(JsonMappingException e) {
        return switch (e) {
            case InvalidTypeIdException kind -> kind.getTypeId() != null;
            case InvalidFormatException value ->
                value.getTargetType() != null && value.getTargetType().isEnum();
            default -> false;
        };
    }

    /** Does not build a tree: every event is read several times. */
    private static int version(byte[] bytes) throws IOException {
        try (var parser = MAPPER.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return NEWEST;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = parser.currentName().equals("v");
                var unused = parser.nextToken();
                if (found) {
                    return parser.getValueAsInt(NEWEST);
                }
                parser.skipChildren();
            }
            return NEWEST;
        }
    }

    /** For values that are not wire records, such as a column or a list. */
    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new CodecException(value.getClass().getSimpleName() + " cannot be written as JSON", e);
        }
    }

    public static JsonNode toTree(Object value) {
        return MAPPER.valueToTree(value);
    }

    public static JsonNode readTree(byte[] bytes) {
        try {
            return MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new CodecException("not JSON", e);
        }
    }

    public static <T> T read(byte[] bytes, TypeReference<T> type) {
        try {
            return MAPPER.readValue(bytes, type);
        } catch (IOException e) {
            throw new CodecException("not a " + type.getType(), e);
        }
    }

    private static final class Milliseconds extends StdSerializer<Instant> {
        Milliseconds() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator to, SerializerProvider provider) throws IOException {
            to.writeString(ApiTime.format(value));
        }
    }

    /** Bytes or values that do not follow the wire format. */
    public static sealed class CodecException extends RuntimeException {
        CodecException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Bytes that a newer version may have written and can read. */
    public static final class NewerException extends CodecException {
        NewerException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
