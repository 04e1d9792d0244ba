package dev.faas.auth;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for a future on a test's own thread, not for ever. */
final class Await {
    private static final int LIMIT_SECONDS = 30;

    private Await() {}

    static <T> T await(Future<T> future) {
        try {
            return future.await(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not done within " + LIMIT_SECONDS + " s", e);
        }
    }

    /** What it fails with. */
    static Throwable failure(Future<?> future) {
        return await(future.transform(done -> done.failed()
                ? Future.succeededFuture(done.cause())
                : Future.failedFuture(new AssertionError("succeeded with " + done.result()))));
    }
}
