package dev.faas.config;

import java.util.List;

/** The environment does not say what it must; the message names every problem, one a line. */
public final class ConfigException extends IllegalArgumentException {
    private final transient List<String> problems;

    public ConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
