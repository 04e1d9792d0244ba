package dev.faas.local;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Starts a server on its own thread, so that several can start at the same time. {@link #close} interrupts the start, or
 * stops the server if it has started.
 */
public final class StartingServer<S extends Closeable> implements Closeable {
    /** More than the longest stop and kill of a server. */
    public static final Duration CLOSE_LIMIT = Duration.ofSeconds(40);

    private final FutureTask<S> start;
    private final Thread thread;

    private StartingServer(FutureTask<S> start, String name) {
        this.start = start;
        this.thread = Thread.ofVirtual().name("start-" + name).start(start);
    }

    /** Begins at once. The starter must end when it is interrupted, and clean up what it has started. */
    public static <S extends Closeable> StartingServer<S> of(String name, Callable<S> starter) {
        return new StartingServer<>(new FutureTask<>(starter), name);
    }

    /** Waits until the server has started. Throws the failure of its start. */
    public S get() throws Exception {
        try {
            return start.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        }
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + thread.getName());
        }
        if (start.state() == FutureTask.State.SUCCESS) {
            start.resultNow().close();
        }
    }
}
