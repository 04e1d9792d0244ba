package dev.faas.spawner.engine;

/** Tells why a run is over. {@link Lost}, and the first {@link SandboxLost}, do not count for the function. */
public sealed interface Termination {

    /** The command exited; 0 is success. */
    record Exited(int code) implements Termination {}

    /** A signal that the platform did not send killed the command, e.g. 11, SIGSEGV. */
    record Signalled(int number, String name) implements Termination {}

    /** The command was still running at the request's timeout, however it ended after SIGTERM. */
    record TimedOut() implements Termination {}

    /** The kernel killed the command for exceeding its memory. */
    record OutOfMemory() implements Termination {}

    /** The engine killed the command because the shared disk was full. {@code detail} is for its owner. */
    record DiskFull(String detail) implements Termination {}

    /** {@link Sandbox#cancel} ended it. */
    record Cancelled() implements Termination {}

    /** The command could not be started: not found, not executable, no such user … {@code detail} is for its owner. */
    record StartFailed(String detail) implements Termination {}

    /** The sandbox ended during the run, and not for its memory: the host's doing, or the command's. */
    record SandboxLost(String detail) implements Termination {}

    /** A fault of the platform, such as a lost connection to the engine. The command's outcome is unknown. */
    record Lost(String detail) implements Termination {}
}
