package dev.faas.spawner.engine;

/** Where a run's output goes as it is written. */
public interface OutputSink {

    enum Stream {
        STDOUT,
        STDERR
    }

    /**
     * A piece of a stream, in order, from one thread at a time (mostly not the one that called {@code run}), and never
     * after {@code run} has returned. All output comes here however much it is: caps are the sink's. A slow sink slows
     * the command down; one that throws is called no more and the rest is thrown away. The array is only lent.
     */
    void write(Stream stream, byte[] bytes, int offset, int length);
}
