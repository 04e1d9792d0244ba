package dev.faas.config;

import java.util.List;

/** Reports every problem of the configuration, one on each line. */
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
