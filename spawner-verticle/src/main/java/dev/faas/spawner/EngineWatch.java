package dev.faas.spawner;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops taking work while the engine does not answer or has no room: otherwise every queued activation would become a fault
 * of the platform. When the silence lasts, discards the ready sandboxes too, because their connections may be dead.
 */
final class EngineWatch {
    private static final Logger LOG = LoggerFactory.getLogger(EngineWatch.class);
    /** A merely busy engine answers much sooner. */
    static final Duration SILENCE_LIMIT = Duration.ofSeconds(15);

    private final BooleanSupplier ping;
    private final BooleanSupplier hasRoom;
    private final Consumer<Optional<String>> onTrouble;
    private final Consumer<Boolean> suspendPool;
    private final LongSupplier nanos;
    private long answeredAt;
    private volatile boolean silent;
    private volatile boolean full;

    /**
     * @param ping asks the engine; may block
     * @param hasRoom asks the engine; may block
     * @param onTrouble called at each check: why nothing can be started, or empty
     * @param suspendPool whether the pool is to be suspended
     * @param nanos {@link System#nanoTime}
     */
    EngineWatch(
            BooleanSupplier ping,
            BooleanSupplier hasRoom,
            Consumer<Optional<String>> onTrouble,
            Consumer<Boolean> suspendPool,
            LongSupplier nanos) {
        this.ping = ping;
        this.hasRoom = hasRoom;
        this.onTrouble = onTrouble;
        this.suspendPool = suspendPool;
        this.nanos = nanos;
        this.answeredAt = nanos.getAsLong();
    }

    /** Call it periodically, on one thread. */
    void check() {
        boolean answered = ping.getAsBoolean();
        long now = nanos.getAsLong();
        if (answered) {
            answeredAt = now;
        }
        boolean noRoom = answered && !hasRoom.getAsBoolean();
        if (noRoom != full) {
            LOG.warn(noRoom ? "engine out of disk space, no work is taken" : "engine has disk space again");
        }
        onTrouble.accept(describe(answered, noRoom));
        silent = !answered;
        full = noRoom;
        suspendPool.accept(now - answeredAt >= SILENCE_LIMIT.toNanos());
    }

    private static Optional<String> describe(boolean answered, boolean noRoom) {
        if (!answered) {
            return Optional.of("Docker does not answer");
        }
        return noRoom ? Optional.of("Docker's disk is full") : Optional.empty();
    }

    /** As of the last check. From any thread. */
    boolean isAnswering() {
        return !silent;
    }

    /** As of the last check. From any thread. */
    boolean hasRoom() {
        return !full;
    }
}
