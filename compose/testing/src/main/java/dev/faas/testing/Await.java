package dev.faas.testing;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;

/** Waits on a test's own thread, with a limit. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration FIRST_POLL = Duration.ofMillis(10);
    private static final Duration LAST_POLL = Duration.ofMillis(500);

    private Await() {}

    public static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not done within " + LIMIT, e);
        }
    }

    /** The cause with which the future fails. */
    public static Throwable failure(Future<?> future) {
        return await(future.transform(done -> done.failed()
                ? Future.succeededFuture(done.cause())
                : Future.failedFuture(new AssertionError("succeeded with " + done.result()))));
    }

    /** For a condition that sends no signal. */
    public static void until(String what, Callable<Boolean> condition) {
        until(what, LIMIT, condition);
    }

    public static void until(String what, Duration limit, Callable<Boolean> condition) {
        Awaitility.await(what)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(IterativePollInterval.iterative(Await::longer, FIRST_POLL))
                .atMost(limit)
                .until(condition);
    }

    /** So that a wait lasts a tenth longer than needed at most, and a long one leaves the processor to what it waits for. */
    private static Duration longer(Duration poll) {
        var next = poll.multipliedBy(11).dividedBy(10);
        return next.compareTo(LAST_POLL) < 0 ? next : LAST_POLL;
    }

    public static void eventually(Callable<Boolean> condition) {
        until("condition", condition);
    }
}
