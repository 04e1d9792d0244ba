package dev.faas.config;

/** A value that must never reach a log, a message or a problem: {@code toString} hides it. */
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
