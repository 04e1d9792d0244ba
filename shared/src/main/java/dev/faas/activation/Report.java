package dev.faas.activation;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a spawner says of a run that has ended: facts of the run, from which {@link ActivationRecord.Running#finish} makes
 * the next state.
 *
 * @param status what the run alone amounts to; terminal
 * @param reason null exactly when it succeeded
 * @param detail one sentence a user can act on, where the reason alone does not say it
 * @param startedAt when the command was started; null when it never was
 * @param startMs from the claim to the command's start
 * @param durationMs of the command
 * @param result stdout, when it is text of at most {@link #INLINE_BYTES} bytes that was not truncated
 * @param resultBytes kept, not written
 * @param lastOutput sequence of the run's last stored output chunk, 0 without any: a reader that has not seen it has a hole
 */
public record Report(
        Status status,
        @Nullable Reason reason,
        @Nullable String detail,
        @Nullable Integer exitCode,
        @Nullable String signal,
        @Nullable String imageDigest,
        @Nullable Instant startedAt,
        Instant finishedAt,
        long startMs,
        long durationMs,
        @Nullable Long cpuMs,
        @Nullable Long peakMemoryKb,
        int oomKills,
        @Nullable String result,
        long resultBytes,
        boolean resultTruncated,
        long logBytes,
        boolean logTruncated,
        long lastOutput) {

    public static final int INLINE_BYTES = 64 * 1024;

    public Report {
        Objects.requireNonNull(finishedAt);
        if (!status.isTerminal()) {
            throw new IllegalArgumentException("a report is of a run that has ended");
        }
        if ((reason == null) != (status == Status.SUCCEEDED)) {
            throw new IllegalArgumentException("an unhappy end has a reason, a happy one none");
        }
    }

    /** A run that ended before its command could be started. */
    public static Report neverStarted(Status status, Reason reason, @Nullable String detail, Instant at) {
        return new Report(
                status, reason, detail, null, null, null, null, at, 0, 0, null, null, 0, null, 0, false, 0, false, 0);
    }

    /** The same with another text as its result, or with none: the ledger keeps that apart. */
    public Report withResult(@Nullable String text) {
        return new Report(
                status,
                reason,
                detail,
                exitCode,
                signal,
                imageDigest,
                startedAt,
                finishedAt,
                startMs,
                durationMs,
                cpuMs,
                peakMemoryKb,
                oomKills,
                text,
                resultBytes,
                resultTruncated,
                logBytes,
                logTruncated,
                lastOutput);
    }
}
