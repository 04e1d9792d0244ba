package dev.faas.bench.measure;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Runs a fixed number of clients; each sends its next request as soon as the last one was answered. */
public final class ClosedLoop {
    /** The duration of each request, and of all together. */
    public record Result(Samples samples, Duration elapsed) {
        /** Combines rounds into one result. */
        public static Result combine(List<Result> rounds) {
            var samples = new Samples();
            rounds.forEach(round -> samples.addAll(round.samples));
            return new Result(samples, rounds.stream().map(Result::elapsed).reduce(Duration.ZERO, Duration::plus));
        }

        public double perSecond() {
            return samples.count() / (elapsed.toNanos() / 1e9);
        }

        public Row row(String what) {
            return samples.row(what, perSecond());
        }
    }

    private final IntFunction<Future<?>> request;
    private final int total;
    private final Samples samples = new Samples();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final CompletableFuture<Void> all = new CompletableFuture<>();

    private ClosedLoop(int total, IntFunction<Future<?>> request) {
        this.total = total;
        this.request = request;
        if (total == 0) {
            all.complete(null);
        }
    }

    /** Blocks until all requests are answered; the first failure ends the loop. */
    public static Result run(int clients, int total, Duration limit, IntFunction<Future<?>> request) throws Exception {
        var loop = new ClosedLoop(total, request);
        long begin = System.nanoTime();
        for (int i = 0; i < clients; i++) {
            loop.requestNext();
        }
        loop.all.get(limit.toSeconds(), TimeUnit.SECONDS);
        return new Result(loop.samples, Duration.ofNanos(System.nanoTime() - begin));
    }

    private void requestNext() {
        int number = next.getAndIncrement();
        if (number >= total || all.isDone()) {
            return;
        }
        long begin = System.nanoTime();
        request.apply(number).onFailure(all::completeExceptionally).onSuccess(answer -> {
            samples.add(System.nanoTime() - begin);
            if (ended.incrementAndGet() == total) {
                all.complete(null);
            }
            requestNext();
        });
    }
}
