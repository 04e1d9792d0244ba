package dev.faas.spawner.docker.init;

import java.time.Duration;

/**
 * Reads the clock of one init, CLOCK_BOOTTIME of the Docker host, from here: by what its last READY said and the time
 * since that was seen. Slow by as long as READY was under way, and by what this machine slept since; never fast, so that
 * "not after" can come early but not late.
 *
 * @param readyMicros what READY said
 * @param seenNanos {@link System#nanoTime} when it was seen
 */
public record InitClock(long readyMicros, long seenNanos) {

    /** What init's clock shows when this much time has passed from now. */
    public long in(Duration time) {
        return at(System.nanoTime(), time);
    }

    long at(long nowNanos, Duration ahead) {
        return readyMicros + (nowNanos - seenNanos + ahead.toNanos()) / 1000;
    }
}
