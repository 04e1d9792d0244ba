package dev.faas.spawner.engine;

import dev.faas.activation.Report;
import dev.faas.wire.FunctionSpec.Mode;

/**
 * Runs one activation in a container that is booted and waits for it. New before the run and removed after it; unless its
 * mode is {@code ISOLATED}, it may run another activation after {@link #resetForReuse}.
 */
public interface Sandbox extends AutoCloseable {

    /** The container of this sandbox, without its origin, which the pool adds. Its mode is {@code ISOLATED} where that of the spec is not possible. */
    Report.Container describe();

    default boolean keepsContainer() {
        return describe().mode() != Mode.ISOLATED;
    }

    /** False once it can run nothing any more. */
    boolean isAlive();

    /**
     * Runs the command with the request's argument. Blocks until it has ended and all its output has reached the sink: at most
     * the request's timeout + grace and a bounded overhead. A second call throws IllegalStateException unless
     * {@link #resetForReuse} succeeded in between.
     */
    Outcome run(RunRequest request, OutputSink sink);

    /**
     * Removes every trace of the last run. Blocks for at most two seconds. If false, close the sandbox; always false in the mode
     * {@code ISOLATED}.
     */
    boolean resetForReuse();

    /**
     * Ends the run from another thread: SIGTERM, the request's grace, SIGKILL. Returns at once; {@link #run} then returns
     * {@link Termination.Cancelled}, unless the command had already ended. If called before {@code run}, nothing is started.
     * Safe to repeat.
     */
    void cancel();

    /**
     * Removes the container, within a limit. Never throws: a failure is logged, and the reaper removes the container later.
     * Must not be called during {@code run}.
     */
    @Override
    void close();
}
