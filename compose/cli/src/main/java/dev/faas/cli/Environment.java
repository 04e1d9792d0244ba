package dev.faas.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads {@code --env} and {@code --env-file} as Docker does. */
public final class Environment {
    private static final int MAX_BYTES = 1 << 20;

    private Environment() {}

    /** A later value replaces an earlier one; {@code --env} replaces those of files.
     *
     * @param own of this process, for names without a value
     */
    public static Map<String, String> read(List<String> files, List<String> pairs, Map<String, String> own) {
        var env = new TreeMap<String, String>();
        files.forEach(file -> readFile(file, own, env));
        pairs.forEach(pair -> add("--env", pair, own, env));
        return env;
    }

    private static void readFile(String file, Map<String, String> own, Map<String, String> env) {
        var lines = InputFile.text("--env-file", file, MAX_BYTES).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            var line = withoutCr(lines[i]).stripLeading();
            if (!line.isEmpty() && !line.startsWith("#")) {
                add("%s:%d".formatted(file, i + 1), line, own, env);
            }
        }
    }

    private static String withoutCr(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
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
