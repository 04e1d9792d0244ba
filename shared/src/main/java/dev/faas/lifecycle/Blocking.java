package dev.faas.lifecycle;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for futures, on threads that may block and with a time limit. */
public final class Blocking {
    /** Above the limits of single requests to NATS and Postgres. */
    private static final Duration LIMIT = Duration.ofSeconds(35);

    private Blocking() {}

    public static <T> T await(Future<T> future) throws Exception {
        return await(future, LIMIT);
    }

    public static <T> T await(Future<T> future, Duration limit) throws Exception {
        return await(future.toCompletionStage(), limit);
    }

    /** For closing, where each part has its own limit. Waits also on an interrupted thread, which stays interrupted. Fails as
     * {@link java.util.concurrent.CompletableFuture#join} does.
     */
    public static void awaitUninterruptibly(Future<?> future) {
        var unused = future.toCompletionStage().toCompletableFuture().join();
    }

    /** Throws the failure of the stage, not wrapped. */
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

    /** Throws the failure of the request, which must be unchecked. */
    public static <T> T awaitReply(CompletableFuture<T> request) throws InterruptedException {
        try {
            return request.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer to a NATS request within " + LIMIT.toSeconds() + " s", e);
        }
    }
}
