package dev.faas.registry;

import io.vertx.core.Future;
import java.util.concurrent.Callable;
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

    /** Asks a real service again and again: each try is a round trip, so this waits on the service, not on a clock. */
    static void eventually(Callable<Boolean> condition) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.call()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("not so within " + LIMIT_SECONDS + " s");
            }
        }
    }
}
