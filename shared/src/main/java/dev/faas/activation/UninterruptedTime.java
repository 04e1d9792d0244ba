package dev.faas.activation;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * For how long this process has run without a break. One that was frozen has heard nothing meanwhile, though others may have
 * spoken, or were frozen with it. Thread-safe.
 */
final class UninterruptedTime {
    static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    /** A shorter one leaves enough of what was listened to. */
    private static final Duration LONGEST_IGNORED_BREAK = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private long since;
    private long lastCheck;

    UninterruptedTime(LongSupplier nanos) {
        this.nanos = nanos;
        this.since = nanos.getAsLong();
        this.lastCheck = since;
    }

    /** Whoever asks first after a break finds it; so somebody has to ask {@linkplain #CHECK_INTERVAL again and again}. */
    synchronized Duration elapsed() {
        long now = nanos.getAsLong();
        if (now - lastCheck > LONGEST_IGNORED_BREAK.toNanos()) {
            since = now;
        }
        lastCheck = now;
        return Duration.ofNanos(now - since);
    }
}
