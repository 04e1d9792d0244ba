package dev.faas.spawner.pool;

import dev.faas.spawner.engine.Sandbox;
import java.time.Duration;

/**
 * A sandbox that waits for a run, or whose run is to come.
 *
 * @param since it waits, by {@link System#nanoTime}
 * @param born when it was booted, likewise
 * @param runs that it has done
 */
record IdleSandbox(Sandbox sandbox, long idleSince, long bootedAt, int runs) {
    /** A reused sandbox goes after so many runs, or so long, whatever the state it is in. */
    private static final int MOST_RUNS = 10_000;

    private static final Duration OLDEST = Duration.ofHours(1);

    static IdleSandbox booted(Sandbox sandbox) {
        long now = System.nanoTime();
        return new IdleSandbox(sandbox, now, now, 0);
    }

    /** After one more run. */
    IdleSandbox afterRun() {
        return new IdleSandbox(sandbox, System.nanoTime(), bootedAt, runs + 1);
    }

    Duration idleTime() {
        return Duration.ofNanos(System.nanoTime() - idleSince);
    }

    /** With the run that it is lent for. */
    boolean isWornOut() {
        return runs + 1 >= MOST_RUNS || System.nanoTime() - bootedAt > OLDEST.toNanos();
    }
}
