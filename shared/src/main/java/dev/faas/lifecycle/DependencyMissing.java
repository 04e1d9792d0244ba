package dev.faas.lifecycle;

/** Something this part needs is not there; the message says what, where, why, and what to do about it. */
public final class DependencyMissing extends Exception {
    public DependencyMissing(String message) {
        super(message);
    }

    public DependencyMissing(String message, Throwable cause) {
        super(message, cause);
    }
}
