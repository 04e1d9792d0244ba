package dev.faas.local;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A server that starts on a thread of its own, so that others can start beside it. It belongs to this from the beginning: a close
 * stops the server, or its start, whichever is there.
 */
public final class StartingServer<S extends Closeable> implements Closeable {
    /** Above what any server here takes to stop, and then to be killed. */
    public static final Duration CLOSE_LIMIT = Duration.ofSeconds(40);

    private final FutureTask<S> start;
    private final Thread thread;

    private StartingServer(FutureTask<S> start, String name) {
        this.start = start;
        this.thread = Thread.ofVirtual().name("start-" + name).start(start);
    }

    /** Begins at once. The starter gives up when it is interrupted, and leaves nothing then. */
    public static <S extends Closeable> StartingServer<S> of(String name, Callable<S> starter) {
        return new StartingServer<>(new FutureTask<>(starter), name);
    }

    /** Waits until the server is there. Fails as its start did. */
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
