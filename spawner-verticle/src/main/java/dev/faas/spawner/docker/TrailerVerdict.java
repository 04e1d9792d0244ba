package dev.faas.spawner.docker;

import dev.faas.spawner.docker.init.Errno;
import dev.faas.spawner.docker.init.Signals;
import dev.faas.spawner.docker.init.Trailer;
import dev.faas.spawner.engine.Outcome;
import dev.faas.spawner.engine.Outcome.Usage;
import dev.faas.spawner.engine.Termination;
import dev.faas.wire.SecretRef;
import java.time.Duration;
import java.util.OptionalLong;

/** Turns init's trailer into the outcome of the run. */
final class TrailerVerdict {
    private static final int SIGKILL = 9;
    private static final int EXIT_CODE_OF_SIGKILL = 128 + SIGKILL;
    private static final int KIB = 1024;

    private TrailerVerdict() {}

    /**
     * @param total from the call of {@code run} to the trailer
     * @param command the first word of the command line
     */
    static Outcome of(Trailer trailer, Duration total, String command) {
        var counts = trailer.counts();
        var beforeStart = total.minus(counts.wall());
        var usage = new Usage(
                Math.max(0, beforeStart.toMillis()),
                counts.wall().toMillis(),
                OptionalLong.of(counts.cpu().toMillis()),
                peakKb(counts),
                counts.oomKills());
        return new Outcome(termination(trailer, command), usage);
    }

    private static Termination termination(Trailer trailer, String command) {
        return switch (trailer.cause()) {
            case TIMEOUT -> new Termination.TimedOut();
            case STOPPED -> new Termination.Cancelled();
            case NONE -> terminationByCommand(trailer, command);
        };
    }

    private static Termination terminationByCommand(Trailer trailer, String command) {
        return switch (trailer.end()) {
            // A shell whose last command was killed exits with 137. With any other code the command went on.
            case Trailer.End.Exited(int code)
            when code == EXIT_CODE_OF_SIGKILL && trailer.counts().oomKills() > 0 -> new Termination.OutOfMemory();
            case Trailer.End.Exited(int code) -> new Termination.Exited(code);
            case Trailer.End.Signalled(int number)
            when number == SIGKILL && trailer.counts().oomKills() > 0 -> new Termination.OutOfMemory();
            case Trailer.End.Signalled(int number) -> new Termination.Signalled(number, Signals.name(number));
            case Trailer.End.NotExecuted(int errno, int exitCode) ->
                new Termination.StartFailed(notExecutedDetail(command, errno));
            case Trailer.End.NotForked(int errno) ->
                new Termination.StartFailed("cannot fork a process for %s: %s. limits.pids may be too low."
                        .formatted(command, Errno.text(errno)));
            case Trailer.End.NoSecrets(int errno) ->
                new Termination.StartFailed(
                        "the secrets cannot be written to %s: %s".formatted(SecretRef.FOLDER, Errno.text(errno)));
            case Trailer.End.Refused refused -> new Termination.Lost("init refused the run frame");
            case Trailer.End.TooLate tooLate ->
                new Termination.Lost("the run frame came too late, so nothing was started");
        };
    }

    private static String notExecutedDetail(String command, int errno) {
        var hint = errno == Errno.ENOENT ? " (the file, or the interpreter it names, is not in the image)" : "";
        return "cannot execute %s: %s%s".formatted(command, Errno.text(errno), hint);
    }

    /** Of the whole sandbox, init included; of the largest process where the kernel has no figure. */
    private static OptionalLong peakKb(Trailer.Counts counts) {
        return OptionalLong.of(counts.peak().bytes().orElse(counts.largestProcess()) / KIB);
    }
}
