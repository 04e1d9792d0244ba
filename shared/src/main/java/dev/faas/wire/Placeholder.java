package dev.faas.wire;

/** A place holder of the first build. */
final class Placeholder {
    private Placeholder() {}
}
