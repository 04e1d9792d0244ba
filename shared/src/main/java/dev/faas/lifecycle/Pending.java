package dev.faas.lifecycle;

/** What is not written yet. */
final class Pending {
    private Pending() {}

    @SuppressWarnings("TypeParameterUnusedInFormals") // gone with this class
    static <T> T now() {
        if (Thread.currentThread().isInterrupted()) {
            return null;
        }
        throw new UnsupportedOperationException();
    }
}
