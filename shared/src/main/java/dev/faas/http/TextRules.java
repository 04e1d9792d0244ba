package dev.faas.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a text in JSON has to be before anything is done with it. */
final class TextRules {
    private TextRules() {}

    /** Empty when the value is no text, has a NUL (Postgres stores none) or half a surrogate pair (UTF-8 has none). */
    static Optional<String> read(JsonNode value) {
        return value.isTextual() && isStorable(value.textValue()) ? Optional.of(value.textValue()) : Optional.empty();
    }

    /** A name of the client's own making, fit to be repeated to it. */
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

    /** Without NUL and without half a surrogate pair. */
    static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
