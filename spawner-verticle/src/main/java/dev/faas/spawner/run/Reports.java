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

/** What the record says of a run, made of what the engine and the output say. */
final class Reports {
    private Reports() {}

    /** A verdict on the function; what is the platform's fault has none. */
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
     * @param hint at why it may have failed
     * @param asked when the sandbox was asked to run
     * @param ended when it had
     */
    static Optional<Report> of(
            Outcome outcome,
            Running running,
            Summary kept,
            Optional<String> hint,
            Optional<String> imageDigest,
            Instant asked,
            Instant ended) {
        return verdict(outcome.termination(), running, hint.orElse(null)).map(verdict -> {
            var usage = outcome.usage();
            boolean started = !(outcome.termination() instanceof Termination.StartFailed);
            var startedAt = asked.plusMillis(usage.startMs());
            return new Report(
                    verdict.status(),
                    verdict.reason(),
                    verdict.detail(),
                    verdict.code(),
                    verdict.signal(),
                    imageDigest.orElse(null),
                    started ? startedAt : null,
                    ended,
                    started
                            ? Math.max(
                                    0,
                                    Duration.between(running.claimedAt(), startedAt)
                                            .toMillis())
                            : 0,
                    started ? usage.durationMs() : 0,
                    boxed(usage.cpuMs()),
                    boxed(usage.peakMemoryKb()),
                    usage.oomKills(),
                    kept.result(),
                    kept.resultBytes(),
                    kept.resultTruncated(),
                    kept.logBytes(),
                    kept.logTruncated(),
                    kept.lastOutput());
        });
    }

    private static Optional<Verdict> verdict(Termination ending, Running running, @Nullable String hint) {
        return switch (ending) {
            case Termination.Exited(int code)
            when code == 0 -> Optional.of(new Verdict(Status.SUCCEEDED, null, null, 0, null));
            case Termination.Exited(int code) ->
                Optional.of(new Verdict(Status.FAILED, Reason.EXIT_CODE, hint, code, null));
            case Termination.Signalled(int number, String name) ->
                Optional.of(new Verdict(Status.FAILED, Reason.SIGNAL, killedBy(name), null, name));
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
                        Reason.OUT_OF_MEMORY, "It needed more memory than its function's limits.memoryMb."));
            case Termination.StartFailed(String detail) -> Optional.of(Verdict.failed(Reason.START_FAILED, detail));
            case Termination.Cancelled cancelled ->
                Optional.ofNullable(running.cancelRequested())
                        .map(reason -> new Verdict(Status.CANCELLED, reason, null, null, null));
            case Termination.Lost lost -> Optional.empty();
        };
    }

    private static String killedBy(String signal) {
        var why = signal.equals("SIGXFSZ") ? ": a file grew larger than this platform lets a function write." : ".";
        return "Killed by " + signal + why;
    }

    /** A run without a sandbox, for a reason that trying again does not change. */
    static Report neverStarted(Reason reason, String detail, Instant at) {
        return Report.neverStarted(Status.FAILED, reason, detail, at);
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
