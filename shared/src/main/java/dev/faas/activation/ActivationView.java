package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.faas.activation.Activation.Cause;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.Activation.Trigger;
import dev.faas.activation.ActivationRecord.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows an activation as clients see it: one flat object in JSON. Gateway and registry make it from a record alone, so both
 * answer the same. It never contains the argument, the environment or the spec. Every member is present, null where it is not
 * known.
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ActivationView(
        String activationId,
        FunctionKey function,
        @JsonUnwrapped Progress progress,
        @JsonUnwrapped Run run,
        @JsonUnwrapped Exit exit,
        @JsonUnwrapped Report.Output output,
        String image,
        @JsonUnwrapped Report.Container container,
        @Nullable Trigger trigger,
        @Nullable BatchItem batch,
        @Nullable Cause cause,
        @Nullable String redrivenAs,
        Activation.@Nullable Callback callback,
        Map<String, String> tags) {

    /** The batch of which it is an item. */
    public record BatchItem(String id, int index) {}

    /** How far it is. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Progress(
            Status status,
            int attempt,
            Instant submittedAt,
            @Nullable Instant notBefore,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            @Nullable Instant nextAttemptAt,
            List<Attempt> attempts) {
        static Progress of(
                ActivationRecord record,
                @Nullable Instant startedAt,
                @Nullable Instant finishedAt,
                @Nullable Instant nextAttemptAt) {
            return new Progress(
                    record.currentStatus(),
                    record.attempt(),
                    record.activation().submittedAt(),
                    record.activation().notBefore(),
                    startedAt,
                    finishedAt,
                    nextAttemptAt,
                    record.attempts());
        }
    }

    /** What the current or last run took.
     *
     * @param waitMs from acceptance to claim
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Run(
            @Nullable String spawner,
            @Nullable Long waitMs,
            @Nullable Long startMs,
            @Nullable Long durationMs,
            @Nullable Long cpuMs,
            @Nullable Long peakMemoryKb,
            Phases phases) {
        private static final Run NONE = new Run(null, null, null, null, null, null, new Phases(null, null, null, null));

        static Run claimed(Worker worker, ActivationRecord record, Instant claimedAt, @Nullable Instant queuedSince) {
            return new Run(
                    worker.spawner(),
                    millisBetween(record.activation().submittedAt(), claimedAt),
                    null,
                    null,
                    null,
                    null,
                    new Phases(queueMs(record, claimedAt, queuedSince), null, null, null));
        }

        private static @Nullable Long queueMs(
                ActivationRecord record, Instant claimedAt, @Nullable Instant queuedSince) {
            if (queuedSince != null) {
                return millisBetween(queuedSince, claimedAt);
            }
            // An older version did not write it for a later run.
            boolean isFirst = record.attempt() == 1 && record.platformFaults() == 0;
            return isFirst ? millisBetween(record.activation().submittedAt(), claimedAt) : null;
        }

        Run with(Report.Usage usage) {
            boolean started = usage.startedAt() != null;
            var pullMs = usage.pullMs();
            return new Run(
                    spawner,
                    waitMs,
                    started ? usage.startMs() : null,
                    started ? usage.durationMs() : null,
                    usage.cpuMs(),
                    usage.peakMemoryKb(),
                    new Phases(
                            phases.queueMs(),
                            pullMs,
                            started ? Math.max(0, usage.startMs() - (pullMs == null ? 0 : pullMs)) : null,
                            started ? usage.durationMs() : null));
        }
    }

    /** The parts of the time from the moment it could run to its end. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Phases(
            @Nullable Long queueMs,
            @Nullable Long pullMs,
            @Nullable Long bootMs,
            @Nullable Long runMs) {}

    /** How it ended, or why it is still queued. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Exit(
            @Nullable Integer exitCode,
            @Nullable String signal,
            @Nullable Reason reason,
            @Nullable String detail,
            int oomKills) {
        static Exit none(@Nullable Reason reason, @Nullable String detail) {
            return new Exit(null, null, reason, detail, 0);
        }
    }

    public static ActivationView of(ActivationRecord record) {
        return switch (record) {
            case ActivationRecord.Queued q ->
                unfinished(q, Progress.of(q, null, null, q.nextAttemptAt()), Run.NONE, Exit.none(q.lastReason(), null));
            case ActivationRecord.Running r ->
                unfinished(
                        r,
                        Progress.of(r, r.claimedAt(), null, null),
                        Run.claimed(r.worker(), r, r.claimedAt(), r.queuedSince()),
                        Exit.none(null, r.waitsFor()));
            case ActivationRecord.Ended e -> ended(e, e.report());
        };
    }

    private static ActivationView unfinished(ActivationRecord record, Progress progress, Run run, Exit exit) {
        return of(record.activation(), progress, run, exit, Report.Output.NONE, Report.Container.NONE);
    }

    private static ActivationView ended(ActivationRecord.Ended e, Report report) {
        var exit = report.exit();
        var usage = report.usage();
        var run = e.worker() == null || e.claimedAt() == null
                ? Run.NONE
                : Run.claimed(e.worker(), e, e.claimedAt(), e.queuedSince());
        return of(
                e.activation(),
                Progress.of(e, usage.startedAt(), usage.finishedAt(), null),
                run.with(usage),
                new Exit(exit.exitCode(), exit.signal(), exit.reason(), exit.detail(), exit.oomKills()),
                report.output(),
                report.container());
    }

    private static ActivationView of(
            Activation a, Progress progress, Run run, Exit exit, Report.Output output, Report.Container container) {
        return new ActivationView(
                a.id(),
                a.function(),
                progress,
                run,
                exit,
                output,
                a.image(),
                container,
                a.trigger(),
                batch(a),
                a.cause(),
                null,
                a.callback(),
                a.tags());
    }

    private static @Nullable BatchItem batch(Activation activation) {
        var batch = activation.batch();
        return batch == null ? null : new BatchItem(batch.id(), batch.index());
    }

    private static long millisBetween(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis());
    }

    /** For lists. */
    public ActivationView withoutResult() {
        return with(output.withResult(null), redrivenAs);
    }

    /** @param activation that was submitted instead of this dead letter, as only the ledger knows; null: none was */
    public ActivationView withRedrivenAs(@Nullable String activation) {
        return with(output, activation);
    }

    private ActivationView with(Report.Output otherOutput, @Nullable String otherRedrivenAs) {
        return new ActivationView(
                activationId,
                function,
                progress,
                run,
                exit,
                otherOutput,
                image,
                container,
                trigger,
                batch,
                cause,
                otherRedrivenAs,
                callback,
                tags);
    }
}
