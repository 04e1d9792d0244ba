package dev.faas.spawner.engine;

import java.util.Optional;

/**
 * One place to run one activation in: booted and waiting for it. It was never used before and is gone afterwards; one of a
 * {@code reused} spec may run another when it is {@link #again} as it was.
 */
public interface Sandbox extends AutoCloseable {

    /** {@code sha256:…} of the image in the registry it came from; empty when it came from none (built or loaded here). */
    Optional<String> imageDigest();

    /** False once it is good for nothing, whether or not it has run. */
    boolean isAlive();

    /**
     * Runs the command with the request's argument and blocks until it has ended and all its output has reached the
     * sink, at most the request's timeout + grace and a bounded overhead. Once a sandbox (but see {@link #again});
     * a second call throws IllegalStateException.
     */
    Outcome run(RunRequest request, OutputSink sink);

    /**
     * After a run: whether it may run another, as every trace of the last one is gone. Blocks for the reset, at most two
     * seconds. When false it is to be closed; for a spec that is not {@code reused} it is always false.
     */
    boolean resetForReuse();

    /**
     * Ends the run from another thread: SIGTERM, the request's grace, SIGKILL. Returns at once; {@link #run} then
     * gives {@link Termination.Cancelled}, unless the command had ended first. Before {@code run} it makes that one return
     * Cancelled without starting anything. Calling it again changes nothing.
     */
    void cancel();

    /**
     * Removes the container whatever happened, within a limit. Never throws: what could not be removed is logged and
     * left to the reaper. Not to be called while {@code run} is under way.
     */
    @Override
    void close();
}
