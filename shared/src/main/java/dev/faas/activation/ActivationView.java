package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.wire.FunctionSpec.Mode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows an activation as clients see it. Gateway and registry make it from a record alone, so both answer the same. It never
 * contains the argument, the environment or the spec. Every member is present, null where it is not known.
 *
 *  @param waitMs from acceptance to claim, of this attempt
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ActivationView(
        String activationId,
        FunctionKey function,
        Status status,
        int attempt,
        Instant submittedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant nextAttemptAt,
        @Nullable Long waitMs,
        @Nullable Long startMs,
        @Nullable Long durationMs,
        @Nullable Integer exitCode,
        @Nullable String signal,
        @Nullable Reason reason,
        @Nullable String detail,
        @Nullable Long cpuMs,
        @Nullable Long peakMemoryKb,
        int oomKills,
        @Nullable String result,
        long resultBytes,
        boolean resultTruncated,
        long logBytes,
        boolean logTruncated,
        String image,
        @Nullable String imageDigest,
        @Nullable Mode mode,
        @Nullable String modeFallback,
        @Nullable String spawner,
        Map<String, String> tags) {

    public static ActivationView of(ActivationRecord record) {
        var a = record.activation();
        return switch (record) {
            case ActivationRecord.Queued q ->
                unfinished(a, Status.QUEUED, q.attempt(), null, null, q.nextAttemptAt(), null, q.lastReason(), null);
            case ActivationRecord.Running r ->
                unfinished(
                        a,
                        Status.RUNNING,
                        r.attempt(),
                        r.claimedAt(),
                        millisBetween(a.submittedAt(), r.claimedAt()),
                        null,
                        r.worker().spawner(),
                        null,
                        r.waitsFor());
            case ActivationRecord.Ended e -> ended(e);
        };
    }

    private static ActivationView unfinished(
            Activation a,
            Status status,
            int attempt,
            @Nullable Instant startedAt,
            @Nullable Long waitMs,
            @Nullable Instant nextAttemptAt,
            @Nullable String spawner,
            @Nullable Reason reason,
            @Nullable String detail) {
        return new ActivationView(
                a.id(),
                a.function(),
                status,
                attempt,
                a.submittedAt(),
                startedAt,
                null,
                nextAttemptAt,
                waitMs,
                null,
                null,
                null,
                null,
                reason,
                detail,
                null,
                null,
                0,
                null,
                0,
                false,
                0,
                false,
                a.image(),
                null,
                null,
                null,
                spawner,
                a.tags());
    }

    private static ActivationView ended(ActivationRecord.Ended e) {
        var a = e.activation();
        var exit = e.report().exit();
        var usage = e.report().usage();
        var output = e.report().output();
        return new ActivationView(
                a.id(),
                a.function(),
                exit.status(),
                e.attempt(),
                a.submittedAt(),
                usage.startedAt(),
                usage.finishedAt(),
                null,
                e.claimedAt() == null ? null : millisBetween(a.submittedAt(), e.claimedAt()),
                usage.startedAt() == null ? null : usage.startMs(),
                usage.startedAt() == null ? null : usage.durationMs(),
                exit.exitCode(),
                exit.signal(),
                exit.reason(),
                exit.detail(),
                usage.cpuMs(),
                usage.peakMemoryKb(),
                exit.oomKills(),
                output.result(),
                output.resultBytes(),
                output.resultTruncated(),
                output.logBytes(),
                output.logTruncated(),
                a.image(),
                e.report().container().imageDigest(),
                e.report().container().mode(),
                e.report().container().modeFallback(),
                e.worker() == null ? null : e.worker().spawner(),
                a.tags());
    }

    private static long millisBetween(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis());
    }

    /** For lists. */
    public ActivationView withoutResult() {
        return new ActivationView(
                activationId,
                function,
                status,
                attempt,
                submittedAt,
                startedAt,
                finishedAt,
                nextAttemptAt,
                waitMs,
                startMs,
                durationMs,
                exitCode,
                signal,
                reason,
                detail,
                cpuMs,
                peakMemoryKb,
                oomKills,
                null,
                resultBytes,
                resultTruncated,
                logBytes,
                logTruncated,
                image,
                imageDigest,
                mode,
                modeFallback,
                spawner,
                tags);
    }
}
