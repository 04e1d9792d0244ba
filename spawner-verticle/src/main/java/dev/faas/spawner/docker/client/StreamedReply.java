package dev.faas.spawner.docker.client;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import dev.faas.spawner.engine.EngineFault;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An answer of the Docker daemon that comes in pieces, on a thread of docker-java's, until it ends or is closed. */
public final class StreamedReply<T> implements ResultCallback<T>, AutoCloseable {

    private final String what;
    private final Consumer<T> each;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable Closeable connection;
    private boolean closed;

    public StreamedReply(String what, Consumer<T> each) {
        this.what = what;
        this.each = each;
    }

    /** Completes when the daemon has closed the stream, exceptionally when it broke or was refused. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Until the daemon has answered: from then on nothing of the stream is missed. */
    void awaitStart(Duration limit) throws EngineFault {
        await(started, limit);
    }

    public void awaitEnd(Duration limit) throws EngineFault {
        await(ended, limit);
    }

    @Override
    public synchronized void onStart(Closeable stream) {
        connection = stream;
        started.complete(null);
        if (closed) {
            disconnect();
        }
    }

    @Override
    public void onNext(T piece) {
        each.accept(piece);
    }

    @Override
    public void onError(Throwable fault) {
        started.completeExceptionally(fault);
        ended.completeExceptionally(fault);
    }

    @Override
    public void onComplete() {
        ended.complete(null);
    }

    /** Closes the connection; returns at once. */
    @Override
    public synchronized void close() {
        closed = true;
        disconnect();
    }

    private void disconnect() {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (IOException e) {
            ended.completeExceptionally(e);
        }
        connection = null;
    }

    private void await(CompletableFuture<Void> event, Duration limit) throws EngineFault {
        try {
            event.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new EngineFault(what + " took longer than " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during " + what, e);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case DockerException answer -> new DockerRefusal(answer);
                default -> new EngineFault(what + " broke: " + e.getCause(), e);
            };
        }
    }
}
