package dev.faas.auth;

/** A place holder of the first build. */
final class Placeholder {
    private Placeholder() {}
}
