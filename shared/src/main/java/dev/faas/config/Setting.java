package dev.faas.config;

/** Describes one setting in {@code --help}. The fallback is written as a user would; empty when there is none. */
public record Setting(String name, String fallback, String doc) {}
