package dev.faas.lifecycle;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for futures on threads that may block, never for ever. */
public final class Blocking {
    /** Above the limits that the bus and Postgres have of their own. */
    private static final Duration LIMIT = Duration.ofSeconds(35);

    private Blocking() {}

    public static <T> T await(Future<T> future) throws Exception {
        return await(future, LIMIT);
    }

    public static <T> T await(Future<T> future, Duration limit) throws Exception {
        return await(future.toCompletionStage(), limit);
    }

    /**
     * For closing, whose parts have limits of their own: also in a thread that was or is interrupted, and stays so. Fails as
     * {@link java.util.concurrent.CompletableFuture#join} does.
     */
    public static void awaitUninterruptibly(Future<?> future) {
        var unused = future.toCompletionStage().toCompletableFuture().join();
    }

    /** Fails as the stage does, without wrapping. */
    public static <T> T await(CompletionStage<T> stage) throws Exception {
        return await(stage, LIMIT);
    }

    private static <T> T await(CompletionStage<T> stage, Duration limit) throws Exception {
        try {
            return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new TimeoutException("no answer within " + limit.toSeconds() + " s");
        }
    }

    /** Throws what the request failed with: a {@link RuntimeException} or another unchecked one. */
    public static <T> T awaitReply(CompletableFuture<T> request) throws InterruptedException {
        try {
            return request.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("a request to the bus outlived its limit", e);
        }
    }
}
