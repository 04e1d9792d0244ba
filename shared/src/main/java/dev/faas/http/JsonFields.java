package dev.faas.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.wire.Problem;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads one JSON object strictly. An invalid value is recorded with its path and replaced by a valid one; {@link #requireValid}
 * then rejects the request with all invalid values at once, including unknown fields. A field that is {@code null} counts as
 * absent. Texts are Unicode without NUL. Not thread-safe.
 */
public final class JsonFields {
    /** More would make the answer larger than the request, and writing it would delay other requests. */
    private static final int MOST_ERRORS = 100;

    private final ObjectNode node;
    private final String prefix;
    private final List<Problem.FieldError> errors;
    private final Set<String> readNames = new TreeSet<>();
    private final List<JsonFields> nested = new ArrayList<>();

    private JsonFields(ObjectNode node, String prefix, List<Problem.FieldError> errors) {
        this.node = node;
        this.prefix = prefix;
        this.errors = errors;
    }

    /** Fails with malformed_json, unsupported_media_type or invalid_request when the body is not a JSON object. */
    public static JsonFields of(RoutingContext ctx) {
        return of(Bodies.object(ctx));
    }

    /** The same for a body that may be absent, which has no fields. */
    public static JsonFields ofOptional(RoutingContext ctx) {
        return Bodies.bytes(ctx).length() == 0 ? of(JsonNodeFactory.instance.objectNode()) : of(ctx);
    }

    public static JsonFields of(JsonNode node) {
        return new JsonFields(StrictJson.object(node), "", new ArrayList<>());
    }

    /** Required; "" when it is missing or invalid. {@code rule} continues "must". */
    public String text(String name, Pattern pattern, String rule) {
        return required(name, optionalText(name, pattern, rule), "");
    }

    /** Required; lengths are in Unicode code points. */
    public String text(String name, int minLength, int maxLength) {
        var text = optionalText(name, maxLength);
        if (text.isPresent() && text.get().codePointCount(0, text.get().length()) < minLength) {
            addError(name, "must have " + minLength + " to " + maxLength + " characters");
        }
        return required(name, text, "");
    }

    public Optional<String> optionalText(String name, Pattern pattern, String rule) {
        return find(name)
                .flatMap(value -> TextRules.read(value)
                        .filter(text -> pattern.matcher(text).matches())
                        .or(() -> emptyWithError(name, "must " + rule)));
    }

    public Optional<String> optionalText(String name, int maxLength) {
        return find(name).flatMap(value -> text(name, value, maxLength));
    }

    public int integer(String name, int fallback, int min, int max) {
        return optionalInteger(name, min, max).orElse(fallback);
    }

    public OptionalInt optionalInteger(String name, int min, int max) {
        var value = find(name);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        var number = value.get();
        if (number.isIntegralNumber()
                && number.canConvertToInt()
                && number.intValue() >= min
                && number.intValue() <= max) {
            return OptionalInt.of(number.intValue());
        }
        addError(name, "must be a whole number from " + min + " to " + max);
        return OptionalInt.empty();
    }

    /** Required; {@code min} when it is missing or invalid. */
    public int requiredInteger(String name, int min, int max) {
        if (!has(name)) {
            return required(name, Optional.empty(), min);
        }
        return optionalInteger(name, min, max).orElse(min);
    }

    public double decimal(String name, double fallback, double min, double max) {
        return find(name)
                .flatMap(value -> value.isNumber() && value.doubleValue() >= min && value.doubleValue() <= max
                        ? Optional.of(value.doubleValue())
                        : this.<Double>emptyWithError(name, "must be a number from " + min + " to " + max))
                .orElse(fallback);
    }

    public boolean flag(String name, boolean fallback) {
        return find(name)
                .flatMap(value -> value.isBoolean()
                        ? Optional.of(value.booleanValue())
                        : this.<Boolean>emptyWithError(name, "must be true or false"))
                .orElse(fallback);
    }

    /** A nested object, empty when absent. {@link #requireValid} of the outermost object reports its errors too. */
    public Optional<JsonFields> object(String name) {
        return find(name).flatMap(value -> {
            if (!(value instanceof ObjectNode object)) {
                return emptyWithError(name, "must be an object");
            }
            var fields = new JsonFields(object, path(name) + ".", errors);
            nested.add(fields);
            return Optional.of(fields);
        });
    }

    /** A list of texts, empty when absent; lengths are in Unicode code points. */
    public List<String> texts(String name, int maxItems, int maxLength) {
        return optionalTexts(name, maxItems, maxLength).orElse(List.of());
    }

    /** Empty when absent, as opposed to an empty list. */
    public Optional<List<String>> optionalTexts(String name, int maxItems, int maxLength) {
        return array(
                name,
                maxItems,
                "a list of at most " + maxItems + " texts",
                (path, item) -> text(path, item, maxLength));
    }

    /** An object of texts, empty when absent. {@code rule} continues "its key must". */
    public Map<String, String> textMap(String name, int maxEntries, Pattern key, String rule, int maxLength) {
        var value = find(name);
        if (value.isEmpty()) {
            return Map.of();
        }
        if (!(value.get() instanceof ObjectNode object) || object.size() > maxEntries) {
            addError(name, "must be an object of at most " + maxEntries + " texts");
            return Map.of();
        }
        var entries = new LinkedHashMap<String, String>();
        object.properties().forEach(entry -> {
            var path = name + "." + TextRules.printable(entry.getKey());
            if (!key.matcher(entry.getKey()).matches() || !TextRules.isStorable(entry.getKey())) {
                addError(path, "its key must " + rule);
            }
            text(path, entry.getValue(), maxLength).ifPresent(text -> entries.put(entry.getKey(), text));
        });
        return Collections.unmodifiableMap(entries);
    }

    /** A constant of an enum, in lower case with hyphens ({@code AT_LEAST_ONCE}: {@code at-least-once}). */
    public <E extends Enum<E>> E choice(String name, Class<E> type, E fallback) {
        return choice(name, TextRules.namesOf(type), fallback);
    }

    public <E> E choice(String name, Map<String, E> choices, E fallback) {
        return find(name).flatMap(value -> readChoice(name, value, choices)).orElse(fallback);
    }

    /** A list of choices, each at most once; the fallback when absent. */
    public <E> List<E> choices(String name, Map<String, E> choices, List<E> fallback) {
        var rule = "a list of " + names(choices) + ", each at most once";
        return array(name, choices.size(), rule, (path, item) -> readChoice(path, item, choices))
                .flatMap(list -> Set.copyOf(list).size() == list.size()
                        ? Optional.of(list)
                        : this.<List<E>>emptyWithError(name, "must be " + rule))
                .orElse(fallback);
    }

    /** Whether the field is there and not null. Does not count as reading it. */
    public boolean has(String name) {
        return node.hasNonNull(name);
    }

    /** Accepts these fields, which the server sets, and ignores their values. */
    public void ignore(String... serverOwned) {
        readNames.addAll(Arrays.asList(serverOwned));
    }

    /** Records one of the first errors, such as a broken rule over several fields; {@code path} is relative to this object. */
    public void addError(String path, String message) {
        if (errors.size() < MOST_ERRORS) {
            errors.add(new Problem.FieldError(path(path), message));
        }
    }

    /** @throws dev.faas.wire.ProblemException invalid_request, when there are errors */
    public void requireValid() {
        refuseUnknown();
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
    }

    private void refuseUnknown() {
        node.fieldNames().forEachRemaining(name -> {
            if (readNames.add(name)) {
                addError(TextRules.printable(name), "is not a field of this request");
            }
        });
        nested.forEach(JsonFields::refuseUnknown);
    }

    private Optional<JsonNode> find(String name) {
        readNames.add(name);
        return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
    }

    private <T> T required(String name, Optional<T> value, T substitute) {
        if (!has(name)) {
            readNames.add(name);
            addError(name, "is required");
        }
        return value.orElse(substitute);
    }

    private Optional<String> text(String name, JsonNode value, int maxLength) {
        return TextRules.read(value)
                .filter(text -> text.codePointCount(0, text.length()) <= maxLength)
                .or(() -> emptyWithError(name, "must be a text of at most " + maxLength + " characters, without NUL"));
    }

    private <E> Optional<E> readChoice(String name, JsonNode value, Map<String, E> choices) {
        return TextRules.read(value).map(choices::get).or(() -> emptyWithError(name, "must be " + names(choices)));
    }

    private static String names(Map<String, ?> choices) {
        return choices.keySet().stream().sorted().collect(Collectors.joining(" or "));
    }

    private interface Item<T> {
        Optional<T> read(String path, JsonNode item);
    }

    private <T> Optional<List<T>> array(String name, int maxItems, String rule, Item<T> item) {
        return find(name).flatMap(value -> {
            if (!value.isArray() || value.size() > maxItems) {
                return emptyWithError(name, "must be " + rule);
            }
            var items = new ArrayList<T>();
            for (var i = 0; i < value.size(); i++) {
                item.read(name + "[" + i + "]", value.get(i)).ifPresent(items::add);
            }
            // The invalid items are recorded, so the list is not used.
            return items.size() == value.size() ? Optional.of(List.copyOf(items)) : Optional.empty();
        });
    }

    private <T> Optional<T> emptyWithError(String name, String message) {
        addError(name, message);
        return Optional.empty();
    }

    private String path(String name) {
        return prefix + name;
    }
}
