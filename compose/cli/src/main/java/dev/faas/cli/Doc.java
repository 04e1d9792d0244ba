package dev.faas.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A JSON object as the server sent it, in its order. Unknown members are kept, so an older client shows what a newer server adds. */
public record Doc(Map<String, @Nullable Object> fields) {
    private static final JSON COMPACT =
            JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).without(JSON.Feature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final JSON PRETTY = COMPACT.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

    public static Doc empty() {
        return new Doc(new LinkedHashMap<>());
    }

    /** @throws IOException when it is not a JSON object */
    public static Doc parse(String json) throws IOException {
        try {
            return new Doc(COMPACT.mapFrom(json));
        } catch (IOException e) {
            // Its own text is for programmers.
            throw new IOException("not JSON", e);
        }
    }

    /** An object, a list, a text, a number, a boolean or null. */
    public static @Nullable Object parseAny(String json) throws IOException {
        return COMPACT.anyFrom(json);
    }

    public static String compact(@Nullable Object value) {
        return render(COMPACT, value);
    }

    public static String pretty(@Nullable Object value) {
        return render(PRETTY, value);
    }

    private static String render(JSON json, @Nullable Object value) {
        try {
            return value == null ? "null" : json.asString(value instanceof Doc doc ? doc.fields : value);
        } catch (IOException e) {
            throw new IllegalStateException("cannot render as JSON: " + value.getClass(), e);
        }
    }

    public Doc with(String name, @Nullable Object value) {
        fields.put(name, value instanceof Doc doc ? doc.fields : value);
        return this;
    }

    public @Nullable Object get(String name) {
        return fields.get(name);
    }

    /** Empty when it is absent or null. A number or boolean as its JSON text. */
    public Optional<String> find(String name) {
        return Optional.ofNullable(fields.get(name)).map(Object::toString);
    }

    public String text(String name) {
        return find(name).orElse("");
    }

    public long number(String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    public Optional<Long> findNumber(String name) {
        return fields.get(name) instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
    }

    public boolean isTrue(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    public Optional<Instant> time(String name) {
        return find(name).map(text -> OffsetDateTime.parse(text).toInstant());
    }

    /** Empty when it is absent or no object. */
    @SuppressWarnings("unchecked")
    public Doc doc(String name) {
        return fields.get(name) instanceof Map<?, ?> map ? new Doc((Map<String, @Nullable Object>) map) : empty();
    }

    public List<String> texts(String name) {
        return fields.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** The objects of a list. */
    @SuppressWarnings("unchecked")
    public List<Doc> docs(String name) {
        return fields.get(name) instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .map(map -> new Doc((Map<String, @Nullable Object>) map))
                        .toList()
                : List.of();
    }
}
