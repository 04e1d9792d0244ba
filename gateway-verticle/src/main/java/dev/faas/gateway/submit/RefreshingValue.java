package dev.faas.gateway.submit;

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
 * A figure of the bus, asked for when somebody wants it and it is older than a second: he gets the old one meanwhile, unless
 * there is none or it is far too old. What takes long to answer is asked for more rarely. Thread-safe.
 */
final class RefreshingValue<T> {
    private static final Logger LOG = LoggerFactory.getLogger(RefreshingValue.class);
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long STALE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long JUST_NOW_NANOS = Duration.ofMillis(100).toNanos();
    /** Who gets the old one is about to write to the bus, and shall not find it busy with a question that he does not wait for. */
    private static final long CALM_MILLIS = 50;

    /** At most a twentieth of the time is spent asking. */
    private static final int SHARE = 20;

    private record Known<T>(CompletableFuture<T> value, long at, long tookNanos) {}

    private final Supplier<CompletionStage<T>> question;
    private final LongSupplier nanoTime;
    private final Executor later;
    private final AtomicReference<CompletableFuture<T>> asking = new AtomicReference<>();
    private volatile @Nullable Known<T> known;
    private volatile long askedAt;

    /** @param question asked on the thread of whoever waits for the value, or on another; must not block */
    RefreshingValue(Supplier<CompletionStage<T>> question) {
        this(question, System::nanoTime, CompletableFuture.delayedExecutor(CALM_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** @param later asks what nobody waits for */
    RefreshingValue(Supplier<CompletionStage<T>> question, LongSupplier nanoTime, Executor later) {
        this.question = question;
        this.nanoTime = nanoTime;
        this.later = later;
    }

    /** Complete already while there is a value that is not far too old; else as the bus answers, or fails to. */
    CompletableFuture<T> value() {
        var last = known;
        if (last == null) {
            return ask();
        }
        long now = nanoTime.getAsLong();
        long age = now - last.at();
        if (age > Math.max(STALE_NANOS, 2 * SHARE * last.tookNanos())) {
            return ask();
        }
        // After a failure, too: not again at once.
        if (Math.min(age, now - askedAt) > Math.max(FRESH_NANOS, SHARE * last.tookNanos())) {
            askedAt = now;
            later.execute(() -> {
                var unused = ask();
            });
        }
        return last.value();
    }

    /** Of just now: of within the last tenth of a second, or as rarely as it may be asked for. */
    CompletableFuture<T> latest() {
        var last = known;
        return last != null && nanoTime.getAsLong() - last.at() <= Math.max(JUST_NOW_NANOS, SHARE * last.tookNanos())
                ? last.value()
                : ask();
    }

    private CompletableFuture<T> ask() {
        var mine = new CompletableFuture<T>();
        var other = asking.compareAndExchange(null, mine);
        if (other != null) {
            return other;
        }
        long begin = nanoTime.getAsLong();
        askedAt = begin;
        question.get().whenComplete((value, failure) -> {
            asking.set(null);
            if (failure == null) {
                long now = nanoTime.getAsLong();
                known = new Known<>(mine, now, now - begin);
                mine.complete(value);
            } else {
                LOG.debug("a figure could not be had: {}", failure.toString());
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }
}
