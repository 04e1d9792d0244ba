package dev.faas.dispatcher.tick;

/** Another transaction changed the same rows, so this one was rolled back. It can be repeated at once. */
final class ConcurrentChangeException extends Exception {
    private static final long serialVersionUID = 1L;

    ConcurrentChangeException(String message) {
        super(message);
    }
}
