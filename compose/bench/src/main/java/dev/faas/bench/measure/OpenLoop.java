package dev.faas.bench.measure;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests at a fixed rate, independent of their responses. Measures each from its due time, so that a stall counts
 * for every request it delays.
 */
public final class OpenLoop {
    private OpenLoop() {}

    /** Blocks until all requests are answered; throws if one failed. */
    public static Samples run(int perSecond, int total, Duration limit, Supplier<Future<?>> request) throws Exception {
        var samples = new Samples();
        var open = new CountDownLatch(total);
        var failure = new AtomicReference<@Nullable Throwable>();
        long begin = System.nanoTime();
        for (int i = 0; i < total; i++) {
            long due = begin + i * 1_000_000_000L / perSecond;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            request.get()
                    .onFailure(failure::set)
                    .onSuccess(answer -> samples.add(System.nanoTime() - due))
                    .onComplete(any -> open.countDown());
        }
        if (!open.await(limit.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    open.getCount() + " requests were not answered within " + limit.toSeconds() + " s");
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a request failed", failure.get());
        }
        return samples;
    }
}
