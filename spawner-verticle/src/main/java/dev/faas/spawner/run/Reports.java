package dev.faas.spawner.run;

import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.Status;
import dev.faas.spawner.engine.Outcome;
import dev.faas.spawner.engine.Termination;
import dev.faas.spawner.run.Output.Summary;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Builds the report on a run from its outcome and its output. */
final class Reports {
    private Reports() {}

    /** How the run counts for the function. A fault of the platform does not count. */
    private record Verdict(
            Status status,
            @Nullable Reason reason,
            @Nullable String detail,
            @Nullable Integer code,
            @Nullable String signal) {
        static Verdict failed(Reason reason, @Nullable String detail) {
            return new Verdict(Status.FAILED, reason, detail, null, null);
        }
    }

    /**
     * @param requestedAt when the sandbox was asked to run
     * @param endedAt when the sandbox had ended it
     * @param pullMs see {@link Report.Usage}
     */
    record Timing(
            Instant requestedAt, Instant endedAt, @Nullable Long pullMs) {}

    /**
     * @param hint at why it may have failed
     * @return empty for a fault of the platform
     */
    static Optional<Report> of(
            Outcome outcome,
            Running running,
            Summary output,
            Optional<String> hint,
            Report.Container container,
            Timing timing) {
        return verdict(outcome.termination(), running, hint.orElse(null)).map(verdict -> {
            var usage = outcome.usage();
            boolean started = !(outcome.termination() instanceof Termination.StartFailed);
            var startedAt = timing.requestedAt().plusMillis(usage.startMs());
            return new Report(
                    new Report.Exit(
                            verdict.status(),
                            verdict.reason(),
                            verdict.detail(),
                            verdict.code(),
                            verdict.signal(),
                            usage.oomKills()),
                    new Report.Usage(
                            started ? startedAt : null,
                            timing.endedAt(),
                            started
                                    ? Math.max(
                                            0,
                                            Duration.between(running.claimedAt(), startedAt)
                                                    .toMillis())
                                    : 0,
                            started ? usage.durationMs() : 0,
                            orNull(usage.cpuMs()),
                            orNull(usage.peakMemoryKb()),
                            timing.pullMs()),
                    new Report.Output(
                            output.result(),
                            output.resultBytes(),
                            output.resultTruncated(),
                            output.logBytes(),
                            output.logTruncated(),
                            output.lastOutput()),
                    container);
        });
    }

    private static Optional<Verdict> verdict(Termination termination, Running running, @Nullable String hint) {
        return switch (termination) {
            case Termination.Exited(int code)
            when code == 0 -> Optional.of(new Verdict(Status.SUCCEEDED, null, null, 0, null));
            case Termination.Exited(int code) ->
                Optional.of(new Verdict(Status.FAILED, Reason.EXIT_CODE, hint, code, null));
            case Termination.Signalled(int number, String name) ->
                Optional.of(new Verdict(Status.FAILED, Reason.SIGNAL, describeKill(name), null, name));
            case Termination.DiskFull(String detail) ->
                Optional.of(new Verdict(Status.FAILED, Reason.SIGNAL, detail, null, "SIGKILL"));
            case Termination.TimedOut timedOut ->
                Optional.of(new Verdict(
                        Status.TIMED_OUT,
                        Reason.TIMED_OUT,
                        "Stopped after " + running.activation().timeoutSeconds() + " s.",
                        null,
                        null));
            case Termination.OutOfMemory outOfMemory ->
                Optional.of(Verdict.failed(
                        Reason.OUT_OF_MEMORY,
                        "The command needed more memory than its function's limits.memoryMb allows."));
            case Termination.StartFailed(String detail) -> Optional.of(Verdict.failed(Reason.START_FAILED, detail));
            case Termination.Cancelled cancelled ->
                Optional.ofNullable(running.cancelRequested())
                        .map(reason -> new Verdict(Status.CANCELLED, reason, null, null, null));
            case Termination.Lost lost -> Optional.empty();
            case Termination.SandboxLost lost -> Optional.empty();
        };
    }

    private static String describeKill(String signal) {
        var why = signal.equals("SIGXFSZ") ? ": a file grew larger than this platform allows." : ".";
        return "Killed by " + signal + why;
    }

    /** A run that got no sandbox, for a reason that a retry does not change. */
    static Report neverStarted(Reason reason, String detail, Instant at, @Nullable Long pullMs) {
        return Report.neverStarted(Report.Exit.of(Status.FAILED, reason, detail), at, pullMs);
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
