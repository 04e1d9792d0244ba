package dev.faas.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A strict reader of one JSON object. Every value that breaks its rule is noted with its path and replaced by a harmless
 * one; {@link #done} then refuses the request with all of them at once, unknown fields included. A field that is
 * {@code null} counts as absent. Texts are Unicode without NUL.
 */
public final class Fields {
    private Fields() {}

    /** Of the request's body: malformed_json, unsupported_media_type or invalid_request when that is no JSON object. */
    public static Fields of(RoutingContext ctx) {
        return Pending.now();
    }

    public static Fields of(JsonNode node) {
        return Pending.now();
    }

    /** Required; "" when it is missing or wrong. {@code rule} ends the message "must …". */
    public String text(String name, Pattern pattern, String rule) {
        return Pending.now();
    }

    /** Required; its length in Unicode code points. */
    public String text(String name, int minLength, int maxLength) {
        return Pending.now();
    }

    public Optional<String> optionalText(String name, Pattern pattern, String rule) {
        return Pending.now();
    }

    public Optional<String> optionalText(String name, int maxLength) {
        return Pending.now();
    }

    public int integer(String name, int fallback, int min, int max) {
        return Pending.now();
    }

    public OptionalInt optionalInteger(String name, int min, int max) {
        return Pending.now();
    }

    /** Required; {@code min} when it is missing or wrong. */
    public int requiredInteger(String name, int min, int max) {
        return Pending.now();
    }

    public double decimal(String name, double fallback, double min, double max) {
        return Pending.now();
    }

    public boolean flag(String name, boolean fallback) {
        return Pending.now();
    }

    /** A nested object, empty when absent. Its problems and unknown fields are reported by the root's {@link #done}. */
    public Optional<Fields> object(String name) {
        return Pending.now();
    }

    /** A list of texts, empty when absent. */
    public List<String> texts(String name, int maxItems, int maxLength) {
        return Pending.now();
    }

    /** The same where absent and empty differ. */
    public Optional<List<String>> optionalTexts(String name, int maxItems, int maxLength) {
        return Pending.now();
    }

    /** An object of texts, empty when absent. {@code rule} ends the message of a key that does not match. */
    public Map<String, String> textMap(String name, int maxEntries, Pattern key, String rule, int maxLength) {
        return Pending.now();
    }

    /** One of an enum, written lower-case with hyphens ({@code AT_LEAST_ONCE}: {@code at-least-once}). */
    public <E extends Enum<E>> E choice(String name, Class<E> type, E fallback) {
        return Pending.now();
    }

    public <E> E choice(String name, Map<String, E> choices, E fallback) {
        return Pending.now();
    }

    /** A list of choices without repetition; the fallback when absent. */
    public <E> List<E> choices(String name, Map<String, E> choices, List<E> fallback) {
        return Pending.now();
    }

    /** Is the field there, and not null? Does not count as reading it. */
    public boolean has(String name) {
        return Pending.now();
    }

    /** Fields of the server's own, accepted and ignored. */
    public void ignore(String... serverOwned) {
        Pending.now();
    }

    /** A rule over several fields, or of the caller's own; {@code path} is relative to this object. */
    public void error(String path, String message) {
        Pending.now();
    }

    /** @throws dev.faas.wire.ProblemException invalid_request with every error, when there is one */
    public void done() {
        Pending.now();
    }
}
