package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Environment;
import dev.faas.cli.Failure;
import dev.faas.cli.Suggestion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
                command.addOption(option(field, command.name().equals("create")));
            }
        }
        return command;
    }

    /** @param withDefault whether the help tells it */
    private static OptionSpec option(Field field, boolean withDefault) {
        var option = OptionSpec.builder(field.flags().toArray(String[]::new)).description(help(field, withDefault));
        if (field.type() == FieldType.FLAG) {
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

    private static String[] help(Field field, boolean withDefault) {
        var help = field.help();
        if (field.path().equals(Field.MODE)) {
            help += withDefault ? "\nDefault: the platform's." : "";
        } else if (withDefault && field.fallback() != null) {
            var shown = field.type().show(field.fallback());
            help += shown.isEmpty() ? "" : " Default: " + shown + ".";
        }
        return help.split("\n", -1);
    }

    /** Sets what the flags say. */
    static void apply(CommandSpec command, Doc function, List<String> envFiles, Map<String, String> environment) {
        for (var field : Field.ALL) {
            if (field.flags().isEmpty()) {
                continue;
            }
            var given = given(command, field);
            if (field.path().equals(Field.ENV)) {
                given = Environment.read(envFiles, given, environment).entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList();
            }
            if (!given.isEmpty()) {
                field.write(function, field.type().parse(field.flag(), given, field.read(function)));
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
                    .filter(each -> each.type() == FieldType.MAP || each.path().equals(path))
                    .orElseThrow(() -> Failure.usage(
                            "--unset: no field '%s' that has a default".formatted(name),
                            Suggestion.closest(name, names())
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
