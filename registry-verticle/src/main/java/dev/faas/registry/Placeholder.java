package dev.faas.registry;

/** A place holder of the first build. */
final class Placeholder {
    private Placeholder() {}
}
