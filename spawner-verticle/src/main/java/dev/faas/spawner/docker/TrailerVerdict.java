package dev.faas.spawner.docker;

import dev.faas.spawner.docker.init.Signals;
import dev.faas.spawner.docker.init.Trailer;
import dev.faas.spawner.engine.Outcome;
import dev.faas.spawner.engine.Outcome.Usage;
import dev.faas.spawner.engine.Termination;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/** What init's trailer means for the run. */
final class TrailerVerdict {
    private static final int SIGKILL = 9;
    private static final int KILLED = 128 + SIGKILL;
    private static final int ENOENT = 2;
    private static final int KIB = 1024;

    /** What exec says of a command that is not what its function's owner meant. */
    private static final Map<Integer, String> ERRORS = Map.of(
            1,
            "Operation not permitted",
            ENOENT,
            "No such file or directory",
            7,
            "Argument list too long",
            8,
            "Exec format error",
            12,
            "Cannot allocate memory",
            13,
            "Permission denied",
            20,
            "Not a directory",
            21,
            "Is a directory",
            26,
            "Text file busy",
            40,
            "Too many levels of symbolic links");

    private TrailerVerdict() {}

    /**
     * @param total from the call for the run to the trailer
     * @param command the first word of the command line
     */
    static Outcome of(Trailer trailer, Duration total, String command) {
        var before = total.minus(trailer.wall());
        var usage = new Usage(
                Math.max(0, before.toMillis()),
                trailer.wall().toMillis(),
                OptionalLong.of(trailer.cpu().toMillis()),
                peakKb(trailer),
                trailer.oomKills());
        return new Outcome(ending(trailer, command), usage);
    }

    private static Termination ending(Trailer trailer, String command) {
        return switch (trailer.cause()) {
            case TIMEOUT -> new Termination.TimedOut();
            case STOPPED -> new Termination.Cancelled();
            case NONE -> byItself(trailer, command);
        };
    }

    private static Termination byItself(Trailer trailer, String command) {
        return switch (trailer.end()) {
            // A shell whose last command was killed exits with 137. Any other code is of a command that coped.
            case Trailer.End.Exited(int code)
            when code == KILLED && trailer.oomKills() > 0 -> new Termination.OutOfMemory();
            case Trailer.End.Exited(int code) -> new Termination.Exited(code);
            case Trailer.End.Signalled(int number)
            when number == SIGKILL && trailer.oomKills() > 0 -> new Termination.OutOfMemory();
            case Trailer.End.Signalled(int number) -> new Termination.Signalled(number, Signals.name(number));
            case Trailer.End.NotExecuted(int errno, int exitCode) ->
                new Termination.StartFailed(notExecuted(command, errno));
            case Trailer.End.NotForked(int errno) ->
                new Termination.StartFailed("no process could be made for %s: %s; limits.pids may be too low"
                        .formatted(command, error(errno)));
            case Trailer.End.Refused refused -> new Termination.Lost("init did not understand what it was to run");
            case Trailer.End.TooLate tooLate -> new Termination.Lost("it was handed over too late to be started");
        };
    }

    private static String notExecuted(String command, int errno) {
        var hint = errno == ENOENT ? " (it, or the interpreter it names, is not in the image)" : "";
        return "cannot execute %s: %s%s".formatted(command, error(errno), hint);
    }

    private static String error(int errno) {
        return ERRORS.getOrDefault(errno, "error " + errno);
    }

    /** Of the whole sandbox, init included; where the kernel does not tell, of its largest process. */
    private static OptionalLong peakKb(Trailer trailer) {
        return OptionalLong.of(trailer.peak().bytes().orElse(trailer.largestProcess()) / KIB);
    }
}
