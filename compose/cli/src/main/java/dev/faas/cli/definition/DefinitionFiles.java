package dev.faas.cli.definition;

import dev.faas.cli.Failure;
import dev.faas.cli.InputFile;
import dev.faas.cli.yaml.FileErrors;
import dev.faas.cli.yaml.YamlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import picocli.CommandLine.Option;

/** Reads the definitions that {@code -f} names: files, the YAML and JSON files of a folder, or standard input. */
public final class DefinitionFiles {
    private static final String STDIN = "-";

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE|FOLDER|-",
            description =
                    "Read this file, the *.yaml, *.yml and *.json of this folder, or standard input. May be repeated.")
    private List<String> places = List.of();

    /**
     * In the order of the files, one kind after the other.
     *
     * @throws Failure that lists all mistakes, with file, line and column
     */
    public List<Definition> read(List<Fields> kinds) throws IOException {
        var mistakes = new FileErrors();
        var definitions = new ArrayList<Definition>();
        for (var place : places) {
            for (var file : files(place)) {
                var text = InputFile.text("-f", file, YamlFile.MAX_BYTES);
                definitions.addAll(Definition.readLists(file, text, kinds, mistakes));
            }
        }
        checkNames(definitions, mistakes);
        mistakes.check();
        definitions.sort(Comparator.comparingInt(definition -> kinds.indexOf(definition.fields())));
        return definitions;
    }

    /** The thing of {@code --from}: the one of this name, or the only one, under this name. */
    public static Definition readOne(String file, Fields kind, String name) throws IOException {
        var mistakes = new FileErrors();
        var definitions = Definition.readAny(file, InputFile.text("--from", file, YamlFile.MAX_BYTES), kind, mistakes);
        mistakes.check();
        var one = definitions.size() == 1
                ? definitions.getFirst()
                : definitions.stream()
                        .filter(definition -> definition.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () -> Failure.usage("--from: %s has no %s \"%s\"".formatted(file, kind.kind(), name)));
        one.body().with(Field.NAME, name);
        return one;
    }

    private static void checkNames(List<Definition> definitions, FileErrors mistakes) {
        var seen = new HashMap<String, Definition>();
        for (var definition : definitions) {
            var first = seen.putIfAbsent(definition.fields().kind() + " " + definition.name(), definition);
            if (first != null && !definition.name().isEmpty()) {
                mistakes.add(
                        definition.at(Field.NAME),
                        "\"%s\" is defined twice; first at %s".formatted(definition.name(), first.at(Field.NAME)));
            }
        }
    }

    private static List<String> files(String place) throws IOException {
        if (place.isEmpty()) {
            // The empty path is the current folder.
            throw Failure.usage("-f: the name of the file is empty");
        }
        var path = Path.of(place);
        if (place.equals(STDIN) || !Files.isDirectory(path)) {
            return List.of(place);
        }
        try (var entries = Files.list(path)) {
            // A link that leads nowhere is an error: what it defines may not be taken for one that is not wanted any
            // more.
            var files = entries.filter(file -> Files.isRegularFile(file) || Files.notExists(file))
                    .map(Path::toString)
                    .filter(name -> name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw Failure.usage("-f: %s has no file *.yaml, *.yml or *.json".formatted(place));
            }
            return files;
        }
    }
}
