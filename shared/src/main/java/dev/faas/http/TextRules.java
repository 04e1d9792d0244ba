package dev.faas.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Checks texts of requests before they are used. */
final class TextRules {
    private TextRules() {}

    /** Empty when the value is not a text, or cannot be stored. */
    static Optional<String> read(JsonNode value) {
        return value.isTextual() && isStorable(value.textValue()) ? Optional.of(value.textValue()) : Optional.empty();
    }

    /** A name that a client sent, shortened and without control characters, for messages and logs. */
    static String printable(String name) {
        var plain = name.codePoints()
                .limit(64)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return name.length() > plain.length() ? plain + "…" : plain;
    }

    static <E extends Enum<E>> Map<String, E> namesOf(Class<E> type) {
        var choices = new LinkedHashMap<String, E>();
        Arrays.stream(type.getEnumConstants())
                .forEach(choice ->
                        choices.put(choice.name().toLowerCase(Locale.ROOT).replace('_', '-'), choice));
        return choices;
    }

    /** Postgres stores no NUL, and UTF-8 has no half of a surrogate pair. */
    static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
