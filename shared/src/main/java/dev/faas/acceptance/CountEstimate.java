package dev.faas.acceptance;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Estimates a quantity: the last count from NATS plus what this gateway has added since. It is never exact, since other
 * processes add and remove meanwhile. Also estimates how fast the quantity drains. Thread-safe.
 */
final class CountEstimate {
    /** The weight of an older drain falls to 1/e after this time. */
    private static final double MEMORY_SECONDS = 30;

    private static final Duration MIN_WAIT = Duration.ofSeconds(1);
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);
    /** While the speed is not known. */
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(5);

    private record Drain(double amount, double seconds) {
        Drain plus(double more, double in) {
            double decay = Math.exp(-in / MEMORY_SECONDS);
            return new Drain(amount * decay + more, seconds * decay + in);
        }
    }

    private final LongSupplier nanoTime;

    /** All that this gateway has ever added. */
    private final AtomicLong totalAdded = new AtomicLong();

    /** How much of that has reached NATS or never will. */
    private final AtomicLong totalSettled = new AtomicLong();

    private volatile long addedAt;
    private volatile long lastCount;
    /** How much of {@code totalAdded} is in {@code lastCount}. */
    private volatile long addedInLastCount;

    private volatile Drain drain = new Drain(0, 0);
    private volatile long lastCountAt;

    CountEstimate() {
        this(System::nanoTime);
    }

    CountEstimate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.addedAt = nanoTime.getAsLong();
    }

    void add(long amount) {
        addedAt = nanoTime.getAsLong();
        totalAdded.addAndGet(amount);
    }

    /** Also when nothing was ever added. */
    Duration timeSinceAdd() {
        return Duration.ofNanos(nanoTime.getAsLong() - addedAt);
    }

    /** The amount has reached NATS, or never will. */
    void settle(long amount) {
        totalSettled.addAndGet(amount);
    }

    /** Read it before NATS is asked, and pass it to {@link #update}. */
    long addedSoFar() {
        return totalAdded.get();
    }

    void update(long addedBefore, long count) {
        long now = nanoTime.getAsLong();
        if (lastCountAt != 0) {
            drain = drain.plus((double) Math.max(0, value() - count), (now - lastCountAt) / 1e9);
        }
        lastCountAt = now;
        lastCount = count;
        addedInLastCount = Math.min(addedBefore, totalSettled.get());
    }

    long value() {
        return Math.max(0, lastCount + totalAdded.get() - addedInLastCount);
    }

    /** How long this amount takes to drain at the recent speed, from 1 to 60 s. */
    Duration timeToDrain(long amount) {
        var recent = drain;
        if (recent.seconds() * 1000 < MIN_WAIT.toMillis()) {
            return DEFAULT_WAIT;
        }
        double seconds = amount * recent.seconds() / recent.amount();
        return seconds >= MAX_WAIT.toSeconds()
                ? MAX_WAIT
                : seconds < 1 ? MIN_WAIT : Duration.ofMillis((long) (seconds * 1000));
    }
}
