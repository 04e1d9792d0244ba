package dev.faas.acceptance;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caches a figure from NATS and refreshes it when it is used and older than a second. Callers get the old figure meanwhile,
 * unless there is none or it is stale. A figure that takes long to fetch is fetched less often. Thread-safe.
 */
final class RefreshingValue<T> {
    private static final Logger LOG = LoggerFactory.getLogger(RefreshingValue.class);
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long STALE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long LATEST_NANOS = Duration.ofMillis(100).toNanos();
    /** A refresh in the background starts later, so that it does not delay the caller's own write to NATS. */
    private static final long REFRESH_DELAY_MILLIS = 50;

    /** Fetching takes at most one part in this many of the time. */
    private static final int INTERVAL_FACTOR = 20;

    private record Fetched<T>(CompletableFuture<T> value, long at, long tookNanos) {}

    private final Supplier<CompletionStage<T>> source;
    private final LongSupplier nanoTime;
    private final Executor background;
    private final AtomicReference<CompletableFuture<T>> inFlight = new AtomicReference<>();
    private volatile @Nullable Fetched<T> lastFetched;
    private volatile long lastAttemptAt;

    /** @param source called on the caller's thread or in the background; must not block */
    RefreshingValue(Supplier<CompletionStage<T>> source) {
        this(source, System::nanoTime, CompletableFuture.delayedExecutor(REFRESH_DELAY_MILLIS, TimeUnit.MILLISECONDS));
    }

    RefreshingValue(Supplier<CompletionStage<T>> source, LongSupplier nanoTime, Executor background) {
        this.source = source;
        this.nanoTime = nanoTime;
        this.background = background;
    }

    /** Already complete while there is a figure that is not stale; else completes or fails as the fetch does. */
    CompletableFuture<T> value() {
        var last = lastFetched;
        if (last == null) {
            return refresh();
        }
        long now = nanoTime.getAsLong();
        long age = now - last.at();
        if (age > Math.max(STALE_NANOS, 2 * INTERVAL_FACTOR * last.tookNanos())) {
            return refresh();
        }
        // The last attempt counts even if it failed: no retry at once.
        if (Math.min(age, now - lastAttemptAt) > Math.max(FRESH_NANOS, INTERVAL_FACTOR * last.tookNanos())) {
            lastAttemptAt = now;
            background.execute(() -> {
                var unused = refresh();
            });
        }
        return last.value();
    }

    /** A figure at most a tenth of a second old, or as new as {@link #INTERVAL_FACTOR} allows. */
    CompletableFuture<T> latest() {
        var last = lastFetched;
        return last != null
                        && nanoTime.getAsLong() - last.at()
                                <= Math.max(LATEST_NANOS, INTERVAL_FACTOR * last.tookNanos())
                ? last.value()
                : refresh();
    }

    private CompletableFuture<T> refresh() {
        var mine = new CompletableFuture<T>();
        var other = inFlight.compareAndExchange(null, mine);
        if (other != null) {
            return other;
        }
        long begin = nanoTime.getAsLong();
        lastAttemptAt = begin;
        source.get().whenComplete((value, failure) -> {
            inFlight.set(null);
            if (failure == null) {
                long now = nanoTime.getAsLong();
                lastFetched = new Fetched<>(mine, now, now - begin);
                mine.complete(value);
            } else {
                LOG.debug("figure not fetched cause={}", failure.toString());
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }
}
