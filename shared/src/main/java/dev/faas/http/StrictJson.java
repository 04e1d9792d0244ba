package dev.faas.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Parses JSON by RFC 8259 without any extension: UTF-8 without a byte order mark, one value, no duplicate keys, no NaN, at most 32
 * levels. Two readers of one document must not understand it differently.
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 32;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(64)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // Messages must not quote the body, which may contain a password.
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private StrictJson() {}

    /** @throws dev.faas.wire.ProblemException malformed_json, or invalid_request when it is not an object */
    public static ObjectNode object(byte[] body) {
        return object(parse(decode(body)));
    }

    /** Any JSON value. @throws dev.faas.wire.ProblemException malformed_json */
    public static JsonNode value(byte[] body) {
        return parse(decode(body));
    }

    static ObjectNode object(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw Problem.invalid("", "a JSON object is expected").asException();
    }

    /** Decodes before Jackson does, which would also accept UTF-16, UTF-32 and a byte order mark. */
    private static String decode(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Problem.malformedJson("The body is not UTF-8.").asException();
        }
    }

    private static JsonNode parse(String text) {
        if (text.startsWith("\uFEFF")) {
            throw Problem.malformedJson("The body begins with a byte order mark; send it without.")
                    .asException();
        }
        try {
            return MAPPER.readTree(text);
        } catch (StreamConstraintsException e) {
            throw Problem.malformedJson(
                            "The body is nested deeper than " + MAX_DEPTH + " levels, or has a number too long.")
                    .asException();
        } catch (NumberFormatException beyondAnyNumber) {
            // An exponent above 32 bits, for which Jackson has no exception of its own.
            throw Problem.malformedJson("The body has a number that is too large or too small.")
                    .asException();
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            var where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            var what = e.getOriginalMessage().startsWith("Duplicate field") ? "has a duplicate key" : "is not JSON";
            throw Problem.malformedJson("The body " + what + where + ".").asException();
        }
    }
}
