package dev.faas.nats.retry;

import dev.faas.nats.BusException;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Repeats what a request asks of NATS while a leader is elected or the connection is away: until there is an answer, the
 * request is too old, or its client has disconnected. Asks only what is safe to repeat, such as a compare-and-set. Thread-safe.
 */
public final class BusRetry {
    /** For whom NATS is asked, and how long that is still of use. */
    public interface Request {
        /** As in {@code X-Request-Id}. */
        String requestId();

        Duration age();

        /** Nobody waits for it any more. */
        boolean hasDisconnected();
    }

    /** Further requests fail at once: each holds its body in memory. */
    private static final int MAX_WAITING = 2_000;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

    private final Duration patience;
    private final int maxWaiting;
    private final AtomicInteger waiting = new AtomicInteger();

    /** @param patience age of a request after which nothing is repeated for it */
    public BusRetry(Duration patience) {
        this(patience, MAX_WAITING);
    }

    BusRetry(Duration patience, int maxWaiting) {
        this.patience = patience;
        this.maxWaiting = maxWaiting;
    }

    /** Fails with {@code unavailable} when NATS did not answer. Call it on an event loop; completes on the same one. */
    public <T> Future<T> ask(Request request, Supplier<CompletionStage<T>> question) {
        return ask(request, question, BusAnswer::toProblem);
    }

    /** @param toProblem gets {@link BusException.OutcomeUnknown} if any of the attempts had it, else the last failure */
    public <T> Future<T> ask(
            Request request, Supplier<CompletionStage<T>> question, Function<Throwable, Throwable> toProblem) {
        return askOnce(question)
                .recover(failure -> {
                    if (waiting.incrementAndGet() > maxWaiting) {
                        waiting.decrementAndGet();
                        return Future.failedFuture(failure);
                    }
                    return repeat(request, question, failure, FIRST_PAUSE)
                            .onComplete(over -> waiting.decrementAndGet());
                })
                .recover(failure -> Future.failedFuture(toProblem.apply(failure)));
    }

    private <T> Future<T> repeat(
            Request request, Supplier<CompletionStage<T>> question, Throwable failure, Duration pause) {
        if (!isTemporary(failure) || request.age().plus(pause).compareTo(patience) > 0 || request.hasDisconnected()) {
            return Future.failedFuture(failure);
        }
        return Vertx.currentContext()
                .owner()
                .timer(halfToWhole(pause), TimeUnit.MILLISECONDS)
                .compose(now -> askOnce(question))
                .recover(again ->
                        repeat(request, question, isUndecided(failure, again) ? failure : again, nextPause(pause)));
    }

    private static <T> Future<T> askOnce(Supplier<CompletionStage<T>> question) {
        return Future.fromCompletionStage(question.get(), Vertx.currentContext())
                .recover(failure -> Future.failedFuture(BusException.unwrap(failure)));
    }

    /** An attempt without an answer may have been stored, unless a later one was refused for good. */
    private static boolean isUndecided(Throwable failure, Throwable later) {
        return failure instanceof BusException.OutcomeUnknown && !(later instanceof ProblemException);
    }

    private static boolean isTemporary(Throwable failure) {
        return failure instanceof BusException.BusUnavailable || failure instanceof BusException.OutcomeUnknown;
    }

    /** A random part of it, so that the requests that failed together are not repeated together. */
    private static long halfToWhole(Duration pause) {
        long half = pause.toMillis() / 2;
        return half + ThreadLocalRandom.current().nextLong(half);
    }

    private static Duration nextPause(Duration pause) {
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    }

    /** Requests that wait now. */
    public int countWaiting() {
        return waiting.get();
    }
}
