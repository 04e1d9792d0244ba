package dev.faas.spawner.engine;

/** Why a run is over. All but {@link Lost} are the function's own doing or its owner's. */
public sealed interface Termination {

    /** The command ended by itself; 0 is success. */
    record Exited(int code) implements Termination {}

    /** A signal killed it that we did not send, e.g. 11, SIGSEGV. */
    record Signalled(int number, String name) implements Termination {}

    /** It was still running at the request's timeout, whatever it did when told to stop. */
    record TimedOut() implements Termination {}

    /** The kernel killed the command for exceeding its memory. */
    record OutOfMemory() implements Termination {}

    /** The engine ended it, as it had filled the disk that all share. {@code detail} says so to its owner. */
    record DiskFull(String detail) implements Termination {}

    /** {@link Sandbox#cancel} ended it. */
    record Cancelled() implements Termination {}

    /** The command could not be started: not found, not executable, no such user … {@code detail} says so to its owner. */
    record StartFailed(String detail) implements Termination {}

    /** A fault of the platform: the engine went away or refused what it should not. Nothing is known of the command. */
    record Lost(String detail) implements Termination {}
}
