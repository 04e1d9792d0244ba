package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * How much later than it could a spawner asks for work of which all have just heard, so that whoever is better placed is
 * first: one with a sandbox ready before one that has to boot, and of equals one with more free slots. Nobody is asked: all
 * wait by the same rule. What is left waits for a few milliseconds, where a boot takes hundreds.
 */
public final class PullDelay {
    /** What a spawner with a sandbox ready needs, under load, to be the first to ask. */
    static final Duration COLD_DELAY = Duration.ofMillis(10);

    static final Duration MAX_LOAD_DELAY = Duration.ofMillis(10);

    private final Slots slots;
    private final Predicate<QueueKey> warm;
    private final BooleanSupplier others;

    /**
     * @param warm whether a sandbox of a function's is ready here
     * @param others whether there are any whom the work could be left to
     */
    public PullDelay(Slots slots, Predicate<QueueKey> warm, BooleanSupplier others) {
        this.slots = slots;
        this.warm = warm;
        this.others = others;
    }

    Duration of(QueueKey key) {
        if (!others.getAsBoolean()) {
            return Duration.ZERO;
        }
        long jitter = (long) (MAX_LOAD_DELAY.toNanos()
                * slots.load()
                * ThreadLocalRandom.current().nextDouble());
        return warm.test(key) ? Duration.ofNanos(jitter) : COLD_DELAY.plusNanos(jitter);
    }
}
