package dev.faas.spawner;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an engine that is silent, or has no room, leads to. Nothing is taken from then on: it would turn every queued
 * activation into a fault of ours. When a silence lasts, the sandboxes that wait are given up too, whatever they say: they hang on connections that
 * nobody may serve any more. An engine that has gone away ends them by itself.
 */
final class EngineWatch {
    private static final Logger LOG = LoggerFactory.getLogger(EngineWatch.class);
    /** One that is only busy has answered long before. */
    static final Duration SILENCE_LIMIT = Duration.ofSeconds(15);

    private final BooleanSupplier isAnswering;
    private final BooleanSupplier room;
    private final Consumer<Optional<String>> trouble;
    private final Consumer<Boolean> suspend;
    private final LongSupplier nanos;
    private long heard;
    private volatile boolean silent;
    private volatile boolean full;

    /**
     * @param answers asks the engine; may block
     * @param room likewise
     * @param trouble hears each time why nothing can be started, or that nothing is in the way
     * @param suspend of the pool
     * @param nanos {@link System#nanoTime}
     */
    EngineWatch(
            BooleanSupplier answers,
            BooleanSupplier room,
            Consumer<Optional<String>> trouble,
            Consumer<Boolean> suspend,
            LongSupplier nanos) {
        this.isAnswering = answers;
        this.room = room;
        this.trouble = trouble;
        this.suspend = suspend;
        this.nanos = nanos;
        this.heard = nanos.getAsLong();
    }

    /** To be called every so often, on one thread. */
    void check() {
        boolean answered = isAnswering.getAsBoolean();
        long now = nanos.getAsLong();
        if (answered) {
            heard = now;
        }
        boolean noRoom = answered && !room.getAsBoolean();
        if (noRoom != full) {
            LOG.warn(noRoom ? "no room for containers: nothing is started" : "there is room for containers again");
        }
        trouble.accept(trouble(answered, noRoom));
        silent = !answered;
        full = noRoom;
        suspend.accept(now - heard >= SILENCE_LIMIT.toNanos());
    }

    private static Optional<String> trouble(boolean answered, boolean noRoom) {
        if (!answered) {
            return Optional.of("Docker does not answer");
        }
        return noRoom ? Optional.of("Docker's disk is full") : Optional.empty();
    }

    /** When last asked, and acted upon by now. From any thread. */
    boolean isAnswering() {
        return !silent;
    }

    /** Likewise. */
    boolean hasRoom() {
        return !full;
    }
}
