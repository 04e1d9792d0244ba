package dev.faas.spawner.engine;

/** Why a run is over. All but {@link Lost} are the function's own doing or its owner's. */
public sealed interface Ending {

    /** The command ended by itself; 0 is success. */
    record Exited(int code) implements Ending {}

    /** A signal killed it that we did not send, e.g. 11, SIGSEGV. */
    record Signalled(int number, String name) implements Ending {}

    /** It was still running at the request's timeout, whatever it did when told to stop. */
    record TimedOut() implements Ending {}

    /** The kernel killed the command for exceeding its memory. */
    record OutOfMemory() implements Ending {}

    /** The engine ended it, as it had filled the disk that all share. {@code detail} says so to its owner. */
    record DiskFull(String detail) implements Ending {}

    /** {@link Sandbox#cancel} ended it. */
    record Cancelled() implements Ending {}

    /** The command could not be started: not found, not executable, no such user … {@code detail} says so to its owner. */
    record StartFailed(String detail) implements Ending {}

    /** A fault of the platform: the engine went away or refused what it should not. Nothing is known of the command. */
    record Lost(String detail) implements Ending {}
}
