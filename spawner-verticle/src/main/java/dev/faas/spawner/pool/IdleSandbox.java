package dev.faas.spawner.pool;

import dev.faas.activation.Report.Container.Origin;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.wire.FunctionSpec.Mode;
import java.time.Duration;

/**
 * Holds a sandbox that is ready for a run, with its age and use. Times are of {@link System#nanoTime}.
 *
 * @param runs that it has completed
 */
record IdleSandbox(Sandbox sandbox, long idleSince, long bootedAt, int runs) {
    private static final int MAX_RUNS = 10_000;

    private static final Duration MAX_AGE = Duration.ofHours(1);

    static IdleSandbox booted(Sandbox sandbox) {
        long now = System.nanoTime();
        return new IdleSandbox(sandbox, now, now, 0);
    }

    /** @param waited whether a run waited for it */
    Origin origin(boolean waited) {
        if (runs > 0) {
            return sandbox.describe().mode() == Mode.NESTED ? Origin.NESTED : Origin.REUSED;
        }
        return waited ? Origin.BOOTED : Origin.POOLED;
    }

    IdleSandbox afterRun() {
        return new IdleSandbox(sandbox, System.nanoTime(), bootedAt, runs + 1);
    }

    Duration idleTime() {
        return Duration.ofNanos(System.nanoTime() - idleSince);
    }

    /** Whether its next run is the last: a kept sandbox is replaced at its limit of runs or age, whatever its state. */
    boolean isWornOut() {
        return runs + 1 >= MAX_RUNS || System.nanoTime() - bootedAt > MAX_AGE.toNanos();
    }
}
