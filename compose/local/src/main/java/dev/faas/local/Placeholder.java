package dev.faas.local;

/** A place holder of the first build. */
final class Placeholder {
    private Placeholder() {}
}
