package dev.faas.lifecycle;

/** Closes what a step opened. May block; a wait longer than the step's limit is interrupted and left behind. */
@FunctionalInterface
public interface Closer<T> {
    void close(T opened) throws Exception;

    /** A close step with nothing to close, such as a drain. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }
}
