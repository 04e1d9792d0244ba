package dev.faas.cli.run;

import dev.faas.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads {@code -e} and {@code --env-file} as Docker does. */
final class Environment {
    private Environment() {}

    /** A later value replaces an earlier one; {@code -e} replaces those of files.
     *
     * @param own of this process, for names without a value
     */
    static Map<String, String> read(List<Path> files, List<String> pairs, Map<String, String> own) {
        var env = new TreeMap<String, String>();
        files.forEach(file -> readFile(file, own, env));
        pairs.forEach(pair -> add("-e", pair, own, env));
        return env;
    }

    private static void readFile(Path file, Map<String, String> own, Map<String, String> env) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw Failure.usage("--env-file: cannot read %s: %s".formatted(file, Failure.reason(e)));
        }
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).stripLeading();
            if (i == 0 && line.startsWith("\ufeff")) {
                line = line.substring(1);
            }
            if (!line.isEmpty() && !line.startsWith("#")) {
                add("%s:%d".formatted(file, i + 1), line, own, env);
            }
        }
    }

    private static void add(String source, String pair, Map<String, String> own, Map<String, String> env) {
        int equals = pair.indexOf('=');
        var name = equals < 0 ? pair : pair.substring(0, equals);
        if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
            throw Failure.usage("%s: '%s' is not NAME=VALUE".formatted(source, pair));
        }
        if (equals >= 0) {
            env.put(name, pair.substring(equals + 1));
        } else if (own.containsKey(name)) {
            env.put(name, own.getOrDefault(name, ""));
        }
    }
}
