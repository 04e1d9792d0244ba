package dev.faas.gateway;

/** A place holder of the first build. */
final class Placeholder {
    private Placeholder() {}
}
