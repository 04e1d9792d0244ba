package dev.faas.gateway.submit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A quantity that the bus counts, and what this gateway has added since it was asked: never exact, since others add and take
 * away meanwhile, and never far off. Also how fast it has gone down lately. Thread-safe.
 */
final class CountEstimate {
    /** What is longer ago counts less and less. */
    private static final double MEMORY_SECONDS = 30;

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration UNKNOWN = Duration.ofSeconds(5);

    private record Drain(double amount, double seconds) {
        Drain plus(double more, double in) {
            double decay = Math.exp(-in / MEMORY_SECONDS);
            return new Drain(amount * decay + more, seconds * decay + in);
        }
    }

    private final LongSupplier nanoTime;

    /** All that this gateway has ever added, and how much of it has reached the bus or never will. */
    private final AtomicLong added = new AtomicLong();

    private final AtomicLong settled = new AtomicLong();
    private volatile long counted;
    /** How much of what was added is in {@code counted}. */
    private volatile long included;

    private volatile Drain drain = new Drain(0, 0);
    private volatile long answeredAt;

    CountEstimate() {
        this(System::nanoTime);
    }

    CountEstimate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void add(long amount) {
        added.addAndGet(amount);
    }

    /** It has reached the bus, or never will. */
    void settle(long amount) {
        settled.addAndGet(amount);
    }

    /** Before the bus is asked; for {@link #answered}. */
    long asking() {
        return added.get();
    }

    void answered(long asking, long figure) {
        long now = nanoTime.getAsLong();
        if (answeredAt != 0) {
            drain = drain.plus((double) Math.max(0, now() - figure), (now - answeredAt) / 1e9);
        }
        answeredAt = now;
        counted = figure;
        included = Math.min(asking, settled.get());
    }

    long now() {
        return Math.max(0, counted + added.get() - included);
    }

    /** When so much less may be expected, at the speed of lately: at least a second, at most a minute. */
    Duration until(long less) {
        var lately = drain;
        if (lately.seconds() * 1000 < SHORTEST.toMillis()) {
            return UNKNOWN;
        }
        double seconds = less * lately.seconds() / lately.amount();
        return seconds >= LONGEST.toSeconds()
                ? LONGEST
                : seconds < 1 ? SHORTEST : Duration.ofMillis((long) (seconds * 1000));
    }
}
