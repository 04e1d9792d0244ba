package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.faas.wire.FunctionSpec.Mode;
import dev.faas.wire.Printable;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says how a run ended: facts from which {@link ActivationRecord.Running#finish} makes the next state. On the wire it is one
 * flat object.
 */
public record Report(Exit exit, Usage usage, Output output, Container container) {
    /** The largest result, in bytes of UTF-8, that an activation's record carries itself. */
    public static final int INLINE_BYTES = 64 * 1024;

    /**
     * How the command ended.
     *
     * @param status terminal; of this run alone, before a retry policy is applied
     * @param reason null exactly when it succeeded
     * @param detail one sentence a user can act on, where the reason alone does not say it; without control characters, because
     *     it may repeat a value from outside
     */
    public record Exit(
            Status status,
            @Nullable Reason reason,
            @Nullable String detail,
            @Nullable Integer exitCode,
            @Nullable String signal,
            int oomKills) {
        public Exit {
            if (!status.isTerminal()) {
                throw new IllegalArgumentException("a report needs a terminal status, not " + status);
            }
            if ((reason == null) != (status == Status.SUCCEEDED)) {
                throw new IllegalArgumentException("status " + status + " does not go with reason " + reason);
            }
            detail = Printable.ofNullable(detail);
        }

        public static Exit succeeded() {
            return new Exit(Status.SUCCEEDED, null, null, 0, null, 0);
        }

        /** Without an exit code and a signal. */
        public static Exit of(Status status, Reason reason, @Nullable String detail) {
            return new Exit(status, reason, detail, null, null, 0);
        }
    }

    /**
     * What the run took.
     *
     * @param startedAt when the command was started; null when it never was
     * @param startMs from the claim to the command's start
     * @param durationMs of the command
     * @param pullMs how much of the time since the claim it waited for its image; null if it did not
     */
    public record Usage(
            @Nullable Instant startedAt,
            Instant finishedAt,
            long startMs,
            long durationMs,
            @Nullable Long cpuMs,
            @Nullable Long peakMemoryKb,
            @Nullable Long pullMs) {
        public Usage {
            Objects.requireNonNull(finishedAt);
        }

        /** Of a run that did not wait for its image. */
        public Usage(
                @Nullable Instant startedAt,
                Instant finishedAt,
                long startMs,
                long durationMs,
                @Nullable Long cpuMs,
                @Nullable Long peakMemoryKb) {
            this(startedAt, finishedAt, startMs, durationMs, cpuMs, peakMemoryKb, null);
        }

        /** Of a run whose command never started. */
        public static Usage neverStarted(Instant finishedAt, @Nullable Long pullMs) {
            return new Usage(null, finishedAt, 0, 0, null, null, pullMs);
        }
    }

    /**
     * What of the command's output is stored.
     *
     * @param result stdout, when it is text of at most {@link #INLINE_BYTES} bytes that was not truncated
     * @param resultBytes stored, which may be less than the command wrote
     * @param lastOutput sequence of the run's last stored chunk, 0 without any: a reader that has not seen it has missed output.
     *     Ignored in the JSON of {@link ActivationView}; {@link Wire} has it.
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Output(
            @Nullable String result,
            long resultBytes,
            boolean resultTruncated,
            long logBytes,
            boolean logTruncated,
            @JsonIgnore long lastOutput) {
        public static final Output NONE = new Output(null, 0, false, 0, false, 0);

        Output withResult(@Nullable String text) {
            return new Output(text, resultBytes, resultTruncated, logBytes, logTruncated, lastOutput);
        }
    }

    /**
     * What the command ran in.
     *
     * @param imageDigest null when the image came from no registry
     * @param mode null when there was no container
     * @param modeFallback why it is not the function's mode, in a sentence for people; null when it is
     * @param sandbox null when there was no container, or an older spawner wrote this
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Container(
            @Nullable String imageDigest,
            @Nullable Mode mode,
            @Nullable String modeFallback,
            @Nullable Origin sandbox) {
        public static final Container NONE = new Container(null, null, null);

        /** Says where the run got the container from. */
        public enum Origin {
            /** It was booted ahead. */
            POOLED,
            /** The run waited for its boot. */
            BOOTED,
            /** It had run earlier activations, in the mode {@code REUSED}. */
            REUSED,
            /** It had run earlier activations, in the mode {@code NESTED}. */
            NESTED;

            @JsonValue
            public String text() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /** Of a container that no run has got yet. */
        public Container(@Nullable String imageDigest, @Nullable Mode mode, @Nullable String modeFallback) {
            this(imageDigest, mode, modeFallback, null);
        }

        public Container withSandbox(Origin origin) {
            return new Container(imageDigest, mode, modeFallback, origin);
        }
    }

    /** Reports a run whose outcome was not observed, such as one that never started or was lost. */
    public static Report withoutOutcome(Status status, Reason reason, @Nullable String detail, Instant at) {
        return neverStarted(Exit.of(status, reason, detail), at, null);
    }

    /** @param pullMs see {@link Usage} */
    public static Report neverStarted(Exit exit, Instant at, @Nullable Long pullMs) {
        return new Report(exit, Usage.neverStarted(at, pullMs), Output.NONE, Container.NONE);
    }

    /** The same with another text as its result, or with none: the ledger stores that apart. */
    public Report withResult(@Nullable String text) {
        return new Report(exit, usage, output.withResult(text), container);
    }

    public Status status() {
        return exit.status();
    }

    public @Nullable Reason reason() {
        return exit.reason();
    }

    public Instant finishedAt() {
        return usage.finishedAt();
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Report of(Wire wire) {
        return new Report(
                new Exit(wire.status, wire.reason, wire.detail, wire.exitCode, wire.signal, wire.oomKills),
                new Usage(
                        wire.startedAt,
                        wire.finishedAt,
                        wire.startMs,
                        wire.durationMs,
                        wire.cpuMs,
                        wire.peakMemoryKb,
                        wire.pullMs),
                new Output(
                        wire.result,
                        wire.resultBytes,
                        wire.resultTruncated,
                        wire.logBytes,
                        wire.logTruncated,
                        wire.lastOutput),
                new Container(wire.imageDigest, wire.mode, wire.modeFallback, wire.sandbox));
    }

    @JsonValue
    Wire toWire() {
        return new Wire(
                exit.status,
                exit.reason,
                exit.detail,
                exit.exitCode,
                exit.signal,
                container.imageDigest,
                container.mode,
                container.modeFallback,
                container.sandbox,
                usage.startedAt,
                usage.finishedAt,
                usage.startMs,
                usage.durationMs,
                usage.cpuMs,
                usage.peakMemoryKb,
                usage.pullMs,
                exit.oomKills,
                output.result,
                output.resultBytes,
                output.resultTruncated,
                output.logBytes,
                output.logTruncated,
                output.lastOutput);
    }

    /** A report in JSON, as it is stored. */
    record Wire(
            Status status,
            @Nullable Reason reason,
            @Nullable String detail,
            @Nullable Integer exitCode,
            @Nullable String signal,
            @Nullable String imageDigest,
            @Nullable Mode mode,
            @Nullable String modeFallback,
            Container.@Nullable Origin sandbox,
            @Nullable Instant startedAt,
            Instant finishedAt,
            long startMs,
            long durationMs,
            @Nullable Long cpuMs,
            @Nullable Long peakMemoryKb,
            @Nullable Long pullMs,
            int oomKills,
            @Nullable String result,
            long resultBytes,
            boolean resultTruncated,
            long logBytes,
            boolean logTruncated,
            long lastOutput) {}
}
