package dev.faas.spawner.docker.init;

import java.time.Duration;

/**
 * Computes the time on the clock of one init (CLOCK_BOOTTIME of the Docker host) from its last READY and the time since
 * then. The result is late by the transit of READY and by any sleep of this machine, never early. So a "not after"
 * computed from it can expire too early, but not too late.
 *
 * @param readyMicros the clock in READY
 * @param seenNanos {@link System#nanoTime} when READY arrived
 */
public record InitClock(long readyMicros, long seenNanos) {

    /** Init's clock after this time from now, in microseconds. */
    public long in(Duration time) {
        return at(System.nanoTime(), time);
    }

    long at(long nowNanos, Duration ahead) {
        return readyMicros + (nowNanos - seenNanos + ahead.toNanos()) / 1000;
    }
}
