package dev.faas.hook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.hook.CloudEventBody.Wrapper;
import dev.faas.http.StrictJson;
import dev.faas.wire.Problem;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What of a body becomes the argument.
 *
 * @param pointer of {@link As#POINTER} only
 * @param fallback the argument where the pointer selects nothing; null: such requests are refused
 */
public record BodyMapping(
        As as, @Nullable String pointer, @Nullable String fallback) {
    public enum As {
        WHOLE,
        POINTER,
        CLOUDEVENT
    }

    public static final BodyMapping WHOLE = new BodyMapping(As.WHOLE, null, null);

    /**
     * Fails with {@code invalid_request} or {@code malformed_json}.
     *
     * @param otherwise of a message that is no CloudEvent
     */
    public String argument(ReceivedMessage message, Wrapper otherwise) {
        return switch (as) {
            case WHOLE -> message.text();
            case POINTER -> selected(message.body());
            case CLOUDEVENT -> CloudEventBody.of(message, otherwise).toString();
        };
    }

    private String selected(byte[] body) {
        JsonNode found = StrictJson.value(body).at(JsonPointer.compile(Objects.requireNonNull(pointer)));
        if (!found.isMissingNode()) {
            return found.isTextual() ? found.textValue() : found.toString();
        }
        if (fallback == null) {
            throw Problem.invalid("", "the body has nothing at '" + pointer + "'")
                    .asException();
        }
        return fallback;
    }
}
