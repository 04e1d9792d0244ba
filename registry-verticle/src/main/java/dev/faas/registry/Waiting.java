package dev.faas.registry;

import io.vertx.core.Future;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for futures on threads that may block, never for ever. */
final class Waiting {
    /** Above the limits that the bus and Postgres have of their own. */
    private static final long LIMIT_SECONDS = 35;

    private Waiting() {}

    static <T> T on(Future<T> future) throws Exception {
        return on(future.toCompletionStage());
    }

    /** Fails as the stage does, without wrapping. */
    static <T> T on(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new TimeoutException("no answer within " + LIMIT_SECONDS + " s");
        }
    }
}
