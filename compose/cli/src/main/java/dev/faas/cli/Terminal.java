package dev.faas.cli;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Describes what the client reads from and writes to. The program's shell header finds it out, because Java cannot.
 *
 * @param columns of the terminal
 */
public record Terminal(boolean in, boolean out, boolean err, int columns, boolean utf8, Map<String, String> env) {
    private static final int DEFAULT_COLUMNS = 80;
    private static final int MIN_COLUMNS = 20;

    public static Terminal ofProcess() {
        return new Terminal(
                isTerminal("faas.stdin"),
                isTerminal("faas.stdout"),
                isTerminal("faas.stderr"),
                Math.max(MIN_COLUMNS, Integer.getInteger("faas.columns", DEFAULT_COLUMNS)),
                Boolean.parseBoolean(System.getProperty("faas.utf8", "true")),
                System.getenv());
    }

    private static boolean isTerminal(String property) {
        return "tty".equals(System.getProperty(property));
    }

    /** Empty when the variable is unset or empty. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(env.get(name)).filter(value -> !value.isEmpty());
    }

    /** The first of these programs that is on the PATH. */
    public Optional<String> program(List<String> names) {
        var folders = variable("PATH").orElse("").split(File.pathSeparator);
        return names.stream()
                .filter(name -> Arrays.stream(folders).anyMatch(folder -> new File(folder, name).canExecute()))
                .findFirst();
    }

    /** Whether standard output may have colours. */
    public boolean hasColour(boolean refused) {
        if (refused || variable("NO_COLOR").isPresent()) {
            return false;
        }
        if (variable("CLICOLOR_FORCE").filter(value -> !value.equals("0")).isPresent()) {
            return true;
        }
        return out && !"dumb".equals(env.get("TERM"));
    }
}
