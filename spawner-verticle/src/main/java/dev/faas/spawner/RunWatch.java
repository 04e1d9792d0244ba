package dev.faas.spawner;

import dev.faas.spawner.Outcome.Usage;
import java.time.Duration;

/** Takes the times of one run: asked for, started, ended. */
final class RunWatch {

    private final long called = System.nanoTime();
    private long started = -1;
    private long ended = -1;

    void started() {
        started = System.nanoTime() - called;
    }

    void ended() {
        ended = System.nanoTime() - called;
    }

    /** As seen from here: Docker tells of an exit some 30 ms after it. */
    Usage usage(int oomKills) {
        long now = System.nanoTime() - called;
        long until = ended < 0 ? now : ended;
        return usage(Duration.ofNanos(started < 0 ? 0 : until - started), oomKills);
    }

    /** With what the engine knows better. */
    Usage usage(Duration measured, int oomKills) {
        long start = started < 0 ? System.nanoTime() - called : started;
        return Usage.of(Duration.ofNanos(start).toMillis(), measured.toMillis(), oomKills);
    }

    /** A duration beyond what was seen from here comes from a clock that jumped. */
    boolean plausible(Duration measured) {
        return !measured.isNegative() && measured.toNanos() <= ended;
    }
}
