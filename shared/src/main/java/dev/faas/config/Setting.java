package dev.faas.config;

/** One line of {@code --help}: a variable, its default as it would be written (empty: none), what it means. */
public record Setting(String name, String fallback, String doc) {}
