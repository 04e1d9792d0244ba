package dev.faas.spawner.engine;

/** Receives a run's output as it is written. */
public interface OutputSink {

    enum Stream {
        STDOUT,
        STDERR
    }

    /**
     * Called for each piece, in order, by one thread at a time (mostly not the caller of {@code run}), and never after
     * {@code run} has returned. Receives all output: limits are up to the sink. A slow sink slows the command down; after an
     * exception it is not called again and the rest is dropped. The array must not be kept.
     */
    void write(Stream stream, byte[] bytes, int offset, int length);
}
