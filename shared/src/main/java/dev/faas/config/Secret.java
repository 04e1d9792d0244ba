package dev.faas.config;

/** Holds a value that must not reach a log, a message or a problem: {@code toString} hides it. */
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
