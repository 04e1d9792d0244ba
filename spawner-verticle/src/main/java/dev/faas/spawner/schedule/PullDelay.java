package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Computes how long a spawner waits before it pulls work that all spawners were notified of, so that the best placed one
 * pulls first: one with a sandbox ready before one that has to boot, then one with more free slots. Every spawner applies
 * the same rule, without coordination. The delay is a few milliseconds; a boot takes hundreds.
 */
public final class PullDelay {
    /** Enough for a loaded spawner with a sandbox ready to pull first. */
    static final Duration COLD_DELAY = Duration.ofMillis(10);

    static final Duration MAX_LOAD_DELAY = Duration.ofMillis(10);

    private final Slots slots;
    private final Predicate<QueueKey> hasReadySandbox;
    private final BooleanSupplier hasPeers;

    /**
     * @param hasReadySandbox whether a sandbox of the function is ready here
     * @param hasPeers whether another spawner is alive
     */
    public PullDelay(Slots slots, Predicate<QueueKey> hasReadySandbox, BooleanSupplier hasPeers) {
        this.slots = slots;
        this.hasReadySandbox = hasReadySandbox;
        this.hasPeers = hasPeers;
    }

    Duration of(QueueKey key) {
        if (!hasPeers.getAsBoolean()) {
            return Duration.ZERO;
        }
        long jitter = (long) (MAX_LOAD_DELAY.toNanos()
                * slots.load()
                * ThreadLocalRandom.current().nextDouble());
        return hasReadySandbox.test(key) ? Duration.ofNanos(jitter) : COLD_DELAY.plusNanos(jitter);
    }
}
