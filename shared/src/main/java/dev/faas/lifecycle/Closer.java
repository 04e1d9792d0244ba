package dev.faas.lifecycle;

/** Closes what a step opened. May block; it is interrupted when it exceeds the step's limit. */
@FunctionalInterface
public interface Closer<T> {
    void close(T opened) throws Exception;

    /** A close step without an opened value, such as a drain. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }
}
