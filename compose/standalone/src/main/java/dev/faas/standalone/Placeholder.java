package dev.faas.standalone;

/** A place holder of the first build. */
final class Placeholder {
    private Placeholder() {}
}
