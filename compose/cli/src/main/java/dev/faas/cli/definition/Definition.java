package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.Suggestion;
import dev.faas.cli.yaml.FileErrors;
import dev.faas.cli.yaml.Position;
import dev.faas.cli.yaml.YamlFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A thing, such as a function, as a file defines it.
 *
 * @param path of the thing in its document
 */
public record Definition(Fields fields, Doc body, YamlFile.Document document, String path) {
    public String name() {
        return body.text(Field.NAME);
    }

    /** @param field a path in the thing; empty: the thing */
    public Position at(String field) {
        return document.at(field.isEmpty() ? path : path.isEmpty() ? field : path + "." + field);
    }

    /** Reads the lists of all documents of a file, such as {@code functions:}.
     *
     * @param kinds of things that it may have
     */
    static List<Definition> readLists(String file, String text, List<Fields> kinds, FileErrors mistakes) {
        var definitions = new ArrayList<Definition>();
        boolean found = false;
        for (var document : YamlFile.read(file, text, mistakes)) {
            if (document.value() == null) {
                continue;
            }
            found = true;
            if (!(document.value() instanceof Map<?, ?> top)) {
                mistakes.add(document.at(""), "must be an object with a list " + keys(kinds));
                continue;
            }
            var alone = kinds.stream()
                    .filter(kind -> top.keySet().containsAll(kind.required()))
                    .max(Comparator.comparingLong(kind -> countFields(kind, top)));
            if (alone.isPresent()) {
                mistakes.add(
                        document.at(""),
                        "is one %s; put it into a list \"%s:\""
                                .formatted(alone.get().kind(), alone.get().listKey()));
                continue;
            }
            top.keySet().stream()
                    .map(String::valueOf)
                    .filter(key ->
                            kinds.stream().noneMatch(kind -> kind.listKey().equals(key)))
                    .forEach(key -> mistakes.add(document.at(key), misplaced(key, kinds)));
            kinds.stream()
                    .filter(kind -> top.containsKey(kind.listKey()))
                    .forEach(kind -> readItems(document, kind, top.get(kind.listKey()), mistakes, definitions));
        }
        if (!found && mistakes.isEmpty()) {
            mistakes.add(new Position(file, 1, 1), "has no " + keys(kinds));
        }
        return definitions;
    }

    private static String keys(List<Fields> kinds) {
        return kinds.stream().map(kind -> "\"" + kind.listKey() + ":\"").collect(Collectors.joining(" or "));
    }

    private static long countFields(Fields kind, Map<?, ?> top) {
        return top.keySet().stream()
                .map(String::valueOf)
                .filter(key -> kind.at(key).isPresent() || kind.isGroup(key))
                .count();
    }

    private static String misplaced(String key, List<Fields> kinds) {
        return kinds.stream()
                .filter(kind -> kind.around(key).isPresent() || kind.isGroup(key))
                .findFirst()
                .map(kind -> "\"%s\" must be in an item of the list \"%s:\"".formatted(key, kind.listKey()))
                .or(() -> Suggestion.closest(
                                key, kinds.stream().map(Fields::listKey).toList())
                        .map(meant -> "\"%s\" is unknown; did you mean \"%s:\"?".formatted(key, meant)))
                .orElseGet(() -> "\"%s\" is reserved; this client knows only %s".formatted(key, keys(kinds)));
    }

    private static void readItems(
            YamlFile.Document document,
            Fields kind,
            @Nullable Object list,
            FileErrors mistakes,
            List<Definition> definitions) {
        var key = kind.listKey();
        if (!(list instanceof List<?> items)) {
            mistakes.add(document.at(key), "\"%s\" must be a list".formatted(key));
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            read(document, kind, key + "[" + i + "]", items.get(i), mistakes, definitions);
        }
    }

    /** Reads a file that has either a list, or one thing alone. */
    static List<Definition> readAny(String file, String text, Fields kind, FileErrors mistakes) {
        var documents = YamlFile.read(file, text, mistakes);
        if (documents.size() == 1
                && documents.getFirst().value() instanceof Map<?, ?> top
                && !top.containsKey(kind.listKey())) {
            var definitions = new ArrayList<Definition>();
            read(documents.getFirst(), kind, "", top, mistakes, definitions);
            return definitions;
        }
        return mistakes.isEmpty() ? readLists(file, text, List.of(kind), mistakes) : List.of();
    }

    private static void read(
            YamlFile.Document document,
            Fields kind,
            String path,
            @Nullable Object value,
            FileErrors mistakes,
            List<Definition> definitions) {
        if (!(value instanceof Map<?, ?> members)) {
            mistakes.add(document.at(path), "a %s must be an object".formatted(kind.kind()));
            return;
        }
        var definition = new Definition(kind, Doc.empty(), document, path);
        members.forEach((key, member) -> definition.add(String.valueOf(key), member, mistakes));
        for (var required : kind.required()) {
            if (definition.body.get(required) == null && !members.containsKey(required)) {
                mistakes.add(definition.at(""), required + " is required");
            }
        }
        definitions.add(definition);
    }

    private void add(String key, @Nullable Object value, FileErrors mistakes) {
        if (fields.ofServer().contains(key)) {
            return;
        }
        var field = fields.at(key);
        if (field.isPresent()) {
            check(field.get(), value, mistakes);
            body.with(key, value);
        } else if (fields.isGroup(key)) {
            addGroup(key, value, mistakes);
        } else {
            mistakes.add(at(key), unknown(key));
        }
    }

    private void addGroup(String group, @Nullable Object value, FileErrors mistakes) {
        if (value == null) {
            return;
        }
        if (!(value instanceof Map<?, ?> members)) {
            mistakes.add(at(group), group + " must be an object");
            return;
        }
        var known = new LinkedHashMap<String, @Nullable Object>();
        members.forEach((name, member) -> {
            var path = group + "." + name;
            fields.at(path)
                    .ifPresentOrElse(
                            field -> {
                                check(field, member, mistakes);
                                known.put(String.valueOf(name), member);
                            },
                            () -> mistakes.add(at(path), unknown(path)));
        });
        body.with(group, known);
    }

    private void check(Field field, @Nullable Object value, FileErrors mistakes) {
        if (value == null) {
            return;
        }
        if (!field.type().accepts(value)) {
            mistakes.add(
                    at(field.path()), field.path() + " must be " + field.type().rule() + inQuotes(field, value));
        } else if (field.type() == FieldType.MAP && value instanceof Map<?, ?> entries) {
            entries.forEach((name, text) -> {
                if (!(text instanceof String)) {
                    var path = field.path() + "." + name;
                    mistakes.add(
                            at(path),
                            path + " must be a text"
                                    + (isScalar(text) ? ": write \"%s\" in quotes".formatted(text) : ""));
                }
            });
        }
    }

    private static String inQuotes(Field field, Object value) {
        return field.type() == FieldType.TEXT && isScalar(value) ? ": write \"%s\" in quotes".formatted(value) : "";
    }

    private static boolean isScalar(@Nullable Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    private String unknown(String path) {
        var last = path.substring(path.lastIndexOf('.') + 1);
        var paths = fields.all().stream().map(Field::path).toList();
        var suggestion = paths.stream()
                .filter(known -> known.endsWith("." + last))
                .findFirst()
                .or(() -> fields.all().stream()
                        .filter(field -> field.title().equals(last))
                        .map(Field::path)
                        .findFirst())
                .or(() -> Suggestion.closest(path, paths));
        return path + " is not a field of a " + fields.kind()
                + suggestion
                        .map(Objects::toString)
                        .map("; did you mean %s?"::formatted)
                        .orElse("");
    }
}
