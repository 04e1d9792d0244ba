package dev.faas.spawner;

/** A place holder of the first build. */
final class Placeholder {
    private Placeholder() {}
}
