package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Suggestion;
import dev.faas.cli.yaml.FileErrors;
import dev.faas.cli.yaml.Position;
import dev.faas.cli.yaml.YamlFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A function as a file defines it.
 *
 * @param path of the function in its document
 */
record Definition(Doc body, YamlFile.Document document, String path) {
    private static final String FUNCTIONS = "functions";

    String name() {
        return body.text(Field.NAME);
    }

    /** @param field a path in the function; empty: the function */
    Position at(String field) {
        return document.at(field.isEmpty() ? path : path.isEmpty() ? field : path + "." + field);
    }

    /** Reads {@code functions:} of all documents of a file. */
    static List<Definition> readList(String file, String text, FileErrors mistakes) {
        var definitions = new ArrayList<Definition>();
        boolean found = false;
        for (var document : YamlFile.read(file, text, mistakes)) {
            if (document.value() == null) {
                continue;
            }
            found = true;
            if (!(document.value() instanceof Map<?, ?> top)) {
                mistakes.add(document.at(""), "must be an object with a list \"functions:\"");
                continue;
            }
            if (top.containsKey(Field.NAME) && top.containsKey(Field.IMAGE)) {
                mistakes.add(
                        document.at(""), "is one function, as faas fn get prints it; for this: faas fn export NAME");
                continue;
            }
            top.keySet().stream()
                    .map(String::valueOf)
                    .filter(key -> !key.equals(FUNCTIONS))
                    .forEach(key -> mistakes.add(document.at(key), misplaced(key)));
            if (top.containsKey(FUNCTIONS)) {
                readItems(document, top.get(FUNCTIONS), mistakes, definitions);
            }
        }
        if (!found && mistakes.isEmpty()) {
            mistakes.add(new Position(file, 1, 1), "has no \"functions:\"");
        }
        return definitions;
    }

    private static String misplaced(String key) {
        if (Field.around(key).isPresent() || isGroup(key)) {
            return "\"%s\" must be in an item of the list \"functions:\"".formatted(key);
        }
        return Suggestion.closest(key, List.of(FUNCTIONS))
                .map(meant -> "\"%s\" is unknown; did you mean \"%s:\"?".formatted(key, meant))
                .orElse("\"%s\" is reserved; this client knows only \"functions:\"".formatted(key));
    }

    private static void readItems(
            YamlFile.Document document, @Nullable Object list, FileErrors mistakes, List<Definition> definitions) {
        if (!(list instanceof List<?> items)) {
            mistakes.add(document.at(FUNCTIONS), "\"functions\" must be a list");
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            read(document, FUNCTIONS + "[" + i + "]", items.get(i), mistakes, definitions);
        }
    }

    /** Reads a file that has either {@code functions:}, or one function alone. */
    static List<Definition> readAny(String file, String text, FileErrors mistakes) {
        var documents = YamlFile.read(file, text, mistakes);
        if (documents.size() == 1
                && documents.getFirst().value() instanceof Map<?, ?> top
                && !top.containsKey(FUNCTIONS)) {
            var definitions = new ArrayList<Definition>();
            read(documents.getFirst(), "", top, mistakes, definitions);
            return definitions;
        }
        return mistakes.isEmpty() ? readList(file, text, mistakes) : List.of();
    }

    private static void read(
            YamlFile.Document document,
            String path,
            @Nullable Object value,
            FileErrors mistakes,
            List<Definition> definitions) {
        if (!(value instanceof Map<?, ?> members)) {
            mistakes.add(document.at(path), "a function must be an object");
            return;
        }
        var definition = new Definition(Doc.empty(), document, path);
        members.forEach((key, member) -> definition.add(String.valueOf(key), member, mistakes));
        for (var required : List.of(Field.NAME, Field.IMAGE)) {
            if (definition.body.get(required) == null && !members.containsKey(required)) {
                mistakes.add(definition.at(""), required + " is required");
            }
        }
        definitions.add(definition);
    }

    private void add(String key, @Nullable Object value, FileErrors mistakes) {
        if (Field.OF_SERVER.contains(key)) {
            return;
        }
        var field = Field.at(key);
        if (field.isPresent()) {
            check(field.get(), value, mistakes);
            body.with(key, value);
        } else if (isGroup(key)) {
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
            Field.at(path)
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

    private static boolean isGroup(String key) {
        return Field.ALL.stream().anyMatch(field -> field.path().startsWith(key + "."));
    }

    private static String unknown(String path) {
        var last = path.substring(path.lastIndexOf('.') + 1);
        var paths = Field.ALL.stream().map(Field::path).toList();
        var suggestion = paths.stream()
                .filter(known -> known.endsWith("." + last))
                .findFirst()
                .or(() -> Field.ALL.stream()
                        .filter(field -> field.title().equals(last))
                        .map(Field::path)
                        .findFirst())
                .or(() -> Suggestion.closest(path, paths));
        return path + " is not a field of a function"
                + suggestion
                        .map(Objects::toString)
                        .map("; did you mean %s?"::formatted)
                        .orElse("");
    }
}
