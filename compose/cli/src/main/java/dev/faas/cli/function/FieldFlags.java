package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Gives a command one flag per field, and applies those that were given. */
final class FieldFlags implements IModelTransformer {
    /** picocli calls this more than once. */
    @Override
    public CommandSpec transform(CommandSpec command) {
        for (var field : Field.ALL) {
            if (!field.flags().isEmpty() && command.findOption(field.flag()) == null) {
                command.addOption(option(field));
            }
        }
        return command;
    }

    private static OptionSpec option(Field field) {
        var option = OptionSpec.builder(field.flags().toArray(String[]::new)).description(field.help());
        if (field.kind() == Kind.FLAG) {
            return option.type(Boolean.class)
                    .arity("0..1")
                    .fallbackValue("true")
                    .paramLabel("true|false")
                    .build();
        }
        return option.type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(field.label())
                .build();
    }

    /** Sets what the flags say. */
    static void apply(CommandSpec command, Doc function, @Nullable Path envFile, Map<String, String> environment) {
        for (var field : Field.ALL) {
            if (field.flags().isEmpty()) {
                continue;
            }
            var given = given(command, field);
            if (field.path().equals(Field.ENV)) {
                given = environment(given, envFile, environment);
            }
            if (!given.isEmpty()) {
                field.write(function, field.kind().parse(field.flag(), given, field.read(function)));
            }
        }
    }

    private static List<String> given(CommandSpec command, Field field) {
        Object value = command.findOption(field.flag()).getValue();
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        return value == null ? List.of() : List.of(String.valueOf(value));
    }

    /** The file first, so that a flag wins. A name alone takes the value that this process has, as in Docker. */
    private static List<String> environment(
            List<String> given, @Nullable Path envFile, Map<String, String> environment) {
        var pairs = new ArrayList<String>();
        var lines = new ArrayList<String>();
        if (envFile != null) {
            try {
                Files.readAllLines(envFile).stream()
                        .map(String::stripLeading)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .forEach(lines::add);
            } catch (IOException e) {
                throw Failure.usage("--env-file: cannot read %s: %s".formatted(envFile, Failure.reason(e)));
            }
        }
        lines.addAll(given);
        for (var line : lines) {
            if (line.indexOf('=') >= 0) {
                pairs.add(line);
            } else if (environment.containsKey(line)) {
                pairs.add(line + "=" + environment.get(line));
            }
        }
        return pairs;
    }

    /** Restores defaults.
     *
     * @param names paths of fields, names of flags, or single entries such as {@code env.LEVEL}
     */
    static void unset(Doc function, List<String> names) {
        for (var name : names) {
            var path = Field.ALL.stream()
                    .filter(field ->
                            field.flags().contains(name) || field.title().equals(name))
                    .findFirst()
                    .map(Field::path)
                    .orElse(name);
            var field = Field.around(path)
                    .filter(each ->
                            !each.path().equals(Field.NAME) && !each.path().equals(Field.IMAGE))
                    .filter(each -> each.kind() == Kind.MAP || each.path().equals(path))
                    .orElseThrow(() -> Failure.usage(
                            "--unset: no field '%s' that has a default".formatted(name),
                            dev.faas.cli.Suggestion.closest(name, names())
                                    .map("did you mean \"%s\"?"::formatted)
                                    .orElse("Fields: " + String.join(", ", names()))));
            if (field.path().equals(path)) {
                field.write(function, null);
            } else {
                var entries = new LinkedHashMap<>(function.doc(field.path()).fields());
                entries.remove(path.substring(field.path().length() + 1));
                field.write(function, entries);
            }
        }
    }

    private static List<String> names() {
        return Field.ALL.stream()
                .filter(field -> field.fallback() != null || !field.flags().isEmpty())
                .map(Field::path)
                .filter(path -> !path.equals(Field.IMAGE))
                .toList();
    }
}
