package dev.faas.gateway.quota;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Counts requests by a key, and tells those that are more than a rate. Thread-safe. */
public final class SteadyRates {
    /** So many seconds' worth of requests may come at once. */
    static final int BURST_SECONDS = 2;

    private static final double NANOS_PER_SECOND = 1e9;
    /** By then a whole burst may come again. */
    private static final Duration MAX_IDLE = Duration.ofSeconds(10);

    /**
     * What becomes of one request.
     *
     * @param burst how many requests may come at once
     * @param remaining how many more may come now; -1: this one is refused
     * @param seconds until a whole burst may come; of a refused request, until it may be repeated
     */
    public record Decision(long burst, long remaining, int seconds) {
        public boolean isRefused() {
            return remaining < 0;
        }
    }

    private final LongSupplier nanoTime;
    /** When the last request of a key would have come, had they come evenly. */
    private final LoadingCache<String, AtomicLong> lastDue;

    public SteadyRates() {
        this(System::nanoTime);
    }

    SteadyRates(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastDue =
                Caffeine.newBuilder().expireAfterAccess(MAX_IDLE).build(key -> new AtomicLong(nanoTime.getAsLong()));
    }

    public Decision count(String key, long perSecond) {
        double interval = NANOS_PER_SECOND / perSecond;
        long burst = BURST_SECONDS * perSecond;
        long tolerance = (long) (BURST_SECONDS * NANOS_PER_SECOND);
        long now = nanoTime.getAsLong();
        var last = lastDue.get(key);
        while (true) {
            long seen = last.get();
            // Not compared directly: the clock may overflow.
            long ahead = Math.max(0, seen - now) + (long) interval;
            if (ahead > tolerance) {
                return new Decision(burst, -1, wholeSeconds(ahead - tolerance));
            }
            if (last.compareAndSet(seen, now + ahead)) {
                return new Decision(burst, (long) ((tolerance - ahead) / interval), wholeSeconds(ahead));
            }
        }
    }

    private static int wholeSeconds(long nanos) {
        return Math.max(1, (int) Math.ceil(nanos / NANOS_PER_SECOND));
    }
}
