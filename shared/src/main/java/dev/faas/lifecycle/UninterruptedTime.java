package dev.faas.lifecycle;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Measures how long this process has run without a break. A frozen process receives no heartbeats, although others may have
 * published some. Thread-safe.
 */
public final class UninterruptedTime {
    public static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    /** A shorter break loses too few heartbeats to matter. */
    private static final Duration LONGEST_IGNORED_BREAK = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private long since;
    private long lastCheck;

    public UninterruptedTime(LongSupplier nanos) {
        this.nanos = nanos;
        this.since = nanos.getAsLong();
        this.lastCheck = since;
    }

    /** The first call after a break finds it, so this must be called every {@link #CHECK_INTERVAL}. */
    public synchronized Duration elapsed() {
        long now = nanos.getAsLong();
        if (now - lastCheck > LONGEST_IGNORED_BREAK.toNanos()) {
            since = now;
        }
        lastCheck = now;
        return Duration.ofNanos(now - since);
    }
}
