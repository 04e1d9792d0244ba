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

/**
 * Receives a streamed answer of the Docker daemon, piece by piece on a thread of docker-java, until it ends or is
 * closed.
 */
public final class StreamedReply<T> implements ResultCallback<T>, AutoCloseable {

    private final String what;
    private final Consumer<T> onPiece;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable Closeable connection;
    private boolean closed;

    public StreamedReply(String what, Consumer<T> onPiece) {
        this.what = what;
        this.onPiece = onPiece;
    }

    /** Blocks until the daemon has closed the stream. */
    public void awaitEnd(Duration limit) throws EngineFault {
        try {
            ended.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new EngineFault(what + " took longer than " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted during " + what, e);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case DockerException answer -> new DockerRefusal(answer);
                default -> new EngineFault(what + " was cut off: " + e.getCause(), e);
            };
        }
    }

    @Override
    public synchronized void onStart(Closeable stream) {
        connection = stream;
        if (closed) {
            disconnect();
        }
    }

    @Override
    public void onNext(T piece) {
        onPiece.accept(piece);
    }

    @Override
    public void onError(Throwable fault) {
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
}
