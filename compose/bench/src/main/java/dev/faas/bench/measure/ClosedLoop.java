package dev.faas.bench.measure;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** So many clients, each of which asks again as soon as it has been answered. */
public final class ClosedLoop {
    /** How long it took for each, and altogether. */
    public record Done(Samples samples, Duration whole) {
        /** Several, as one. */
        public static Done of(List<Done> rounds) {
            var samples = new Samples();
            rounds.forEach(round -> samples.addAll(round.samples));
            return new Done(samples, rounds.stream().map(Done::whole).reduce(Duration.ZERO, Duration::plus));
        }

        public double perSecond() {
            return samples.count() / (whole.toNanos() / 1e9);
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
    }

    /** Blocks until all are answered; the first failure ends it. */
    public static Done run(int clients, int total, Duration limit, IntFunction<Future<?>> request) throws Exception {
        var loop = new ClosedLoop(total, request);
        long begin = System.nanoTime();
        for (int i = 0; i < clients; i++) {
            loop.ask();
        }
        loop.all.get(limit.toSeconds(), TimeUnit.SECONDS);
        return new Done(loop.samples, Duration.ofNanos(System.nanoTime() - begin));
    }

    private void ask() {
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
            ask();
        });
    }
}
