package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.Suggestion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiFunction;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Gives a command one flag per field, and applies those that were given. */
public abstract class FieldFlags implements IModelTransformer {
    private final Fields fields;

    protected FieldFlags(Fields fields) {
        this.fields = fields;
    }

    /** picocli calls this more than once. */
    @Override
    public CommandSpec transform(CommandSpec command) {
        for (var field : fields.all()) {
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
        if (withDefault && field.fallback() != null) {
            var shown = field.type().show(field.fallback());
            help += shown.isEmpty() ? "" : " Default: " + shown + ".";
        }
        return help.split("\n", -1);
    }

    /** Sets what the flags say.
     *
     * @param given takes a field and the values of its flag, and returns the values to set
     */
    public static void apply(
            CommandSpec command, Fields fields, Doc thing, BiFunction<Field, List<String>, List<String>> given) {
        for (var field : fields.all()) {
            if (field.flags().isEmpty()) {
                continue;
            }
            var values = given.apply(field, given(command, field));
            if (!values.isEmpty()) {
                field.write(thing, field.type().parse(field.flag(), values, field.read(thing)));
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
    public static void unset(Fields fields, Doc thing, List<String> names) {
        for (var name : names) {
            var path = fields.all().stream()
                    .filter(field ->
                            field.flags().contains(name) || field.title().equals(name))
                    .findFirst()
                    .map(Field::path)
                    .orElse(name);
            var field = fields.around(path)
                    .filter(each -> !fields.required().contains(each.path()))
                    .filter(each -> each.type() == FieldType.MAP || each.path().equals(path))
                    .orElseThrow(() -> Failure.usage(
                            "--unset: no field '%s' that has a default".formatted(name),
                            Suggestion.closest(name, names(fields))
                                    .map("did you mean \"%s\"?"::formatted)
                                    .orElse("Fields: " + String.join(", ", names(fields)))));
            if (field.path().equals(path)) {
                field.write(thing, null);
            } else {
                var entries = new LinkedHashMap<>(thing.doc(field.path()).fields());
                entries.remove(path.substring(field.path().length() + 1));
                field.write(thing, entries);
            }
        }
    }

    private static List<String> names(Fields fields) {
        return fields.all().stream()
                .map(Field::path)
                .filter(path -> !fields.required().contains(path))
                .toList();
    }
}
