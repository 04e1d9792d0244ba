package dev.faas.cli.function;

import dev.faas.cli.Failure;
import dev.faas.cli.yaml.Mistakes;
import dev.faas.cli.yaml.YamlFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Reads the functions that {@code -f} names: files, the YAML and JSON files of a folder, or standard input. */
final class FunctionFiles {
    private static final String STDIN = "-";

    private FunctionFiles() {}

    /** @throws Failure that lists all mistakes, with file, line and column */
    static List<Definition> read(List<String> places) throws IOException {
        var mistakes = new Mistakes();
        var definitions = new ArrayList<Definition>();
        for (var place : places) {
            for (var file : files(place)) {
                definitions.addAll(Definition.readList(file, text(file), mistakes));
            }
        }
        checkNames(definitions, mistakes);
        mistakes.check();
        return definitions;
    }

    /** The function of {@code --from}: the one of this name, or the only one, under this name. */
    static Definition readOne(String file, String name) throws IOException {
        var mistakes = new Mistakes();
        var definitions = Definition.readAny(file, text(file), mistakes);
        mistakes.check();
        var one = definitions.size() == 1
                ? definitions.getFirst()
                : definitions.stream()
                        .filter(definition -> definition.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> Failure.usage("--from: %s has no function \"%s\"".formatted(file, name)));
        one.body().with(Field.NAME, name);
        return one;
    }

    private static void checkNames(List<Definition> definitions, Mistakes mistakes) {
        var seen = new HashMap<String, Definition>();
        for (var definition : definitions) {
            var first = seen.putIfAbsent(definition.name(), definition);
            if (first != null && !definition.name().isEmpty()) {
                mistakes.add(
                        definition.at(Field.NAME),
                        "\"%s\" is defined twice; first at %s".formatted(definition.name(), first.at(Field.NAME)));
            }
        }
    }

    private static List<String> files(String place) throws IOException {
        var path = Path.of(place);
        if (place.equals(STDIN) || !Files.isDirectory(path)) {
            return List.of(place);
        }
        try (var entries = Files.list(path)) {
            var files = entries.filter(Files::isRegularFile)
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

    private static String text(String file) {
        try (InputStream in = file.equals(STDIN) ? System.in : Files.newInputStream(Path.of(file))) {
            var bytes = in.readNBytes(YamlFile.MAX_BYTES + 1);
            if (bytes.length > YamlFile.MAX_BYTES) {
                throw Failure.usage("%s has more than %d bytes".formatted(file, YamlFile.MAX_BYTES));
            }
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw Failure.usage(file + " is not UTF-8");
        } catch (NoSuchFileException e) {
            throw Failure.usage("no file " + file);
        } catch (IOException e) {
            throw Failure.usage("cannot read %s: %s".formatted(file, Failure.reason(e)));
        }
    }
}
