package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.Printable;
import dev.faas.wire.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Holds the current state of an activation and makes the next one. A state has only the transitions that are legal in it, so
 * an illegal one does not compile. All of them are pure: nothing here reads a clock or does I/O.
 *
 * <pre>
 *             accept                claim                     finish
 *   (nothing) ──────▶ Queued ─────────────────▶ Running ─────────────────▶ Ended
 *                      │  ▲                       │  │                       ▲
 *                      │  └── handBack, release,  │  │ requestCancel:        │
 *                      │      loseSpawner,        │  └─▶ Running, flagged    │
 *                      │      loseRun,            │                          │
 *                      │      loseCommand,        │                          │
 *                      │      loseSandbox,        │                          │
 *                      │      finish (retry) ─────┘                          │
 *                      └── cancel, expire, loseEvents ───────────────────────┘
 * </pre>
 * {@code release}, {@code handBack} and {@code lose…} end the activation instead when it was cancelled, may not run again, or
 * has had too many faults. {@code attempt} counts the function's own runs. A run that the platform could not start, or lost, is
 * subtracted again and counted in {@code platformFaults}. A run whose spawner shut down cleanly is subtracted and not counted
 * elsewhere.
 *
 * <p>{@code expiresAt} limits the time in the queue. The time of a run, of a retry's back-off and of a submit's delay does not
 * count: they postpone it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ActivationRecord.Queued.class, name = "queued"),
    @JsonSubTypes.Type(value = ActivationRecord.Running.class, name = "running"),
    @JsonSubTypes.Type(value = ActivationRecord.Ended.class, name = "ended")
})
public sealed interface ActivationRecord extends Versioned {
    /** After so many faults of the platform, another attempt would not help. */
    int MAX_PLATFORM_FAULTS = 20;

    /** So many earlier runs are kept, the newest ones: a record stays small. */
    int MAX_ATTEMPTS = 9;

    Activation activation();

    int attempt();

    int platformFaults();

    /** The runs before the current or last one, oldest first. */
    List<Attempt> attempts();

    default String id() {
        return activation().id();
    }

    default Status currentStatus() {
        return switch (this) {
            case Queued q -> Status.QUEUED;
            case Running r -> Status.RUNNING;
            case Ended e -> e.report().status();
        };
    }

    /** Why it ended unhappily, or why its last run did not count or is repeated. */
    default @Nullable Reason currentReason() {
        return switch (this) {
            case Queued q -> q.lastReason();
            case Running r -> null;
            case Ended e -> e.report().reason();
        };
    }

    String LOST_DETAIL = "The activation was lost from the event stream; its outcome is unknown.";

    static Queued accept(Activation activation, RunSpec order) {
        return new Queued(
                activation, 0, 0, activation.notBefore(), null, order, activation.expiresAt(), false, List.of());
    }

    /** A run after which the activation was queued again.
     *
     * @param attempt the next run has the same number if this one does not count
     * @param startedAt when its command started; when it was claimed, if the command did not start or that is not known
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Attempt(
            int attempt,
            String spawner,
            Instant startedAt,
            Instant finishedAt,
            @Nullable Reason reason,
            @Nullable Integer exitCode) {
        public Attempt {
            Objects.requireNonNull(spawner);
            Objects.requireNonNull(startedAt);
            Objects.requireNonNull(finishedAt);
        }

        private static List<Attempt> orNone(@Nullable List<Attempt> attempts) {
            return attempts == null ? List.of() : List.copyOf(attempts);
        }

        private List<Attempt> after(List<Attempt> earlier) {
            return Stream.concat(earlier.stream(), Stream.of(this))
                    .skip(Math.max(0, earlier.size() + 1 - MAX_ATTEMPTS))
                    .toList();
        }
    }

    /** Waits for a spawner.
     *
     * @param nextAttemptAt when the back-off of a retry is over, or the delay of its submit; null without either
     * @param lastReason why the previous attempt failed or did not count
     * @param order only in the accepted event
     * @param sandboxLost see {@link Running#loseSandbox}
     */
    record Queued(
            Activation activation,
            int attempt,
            int platformFaults,
            @Nullable Instant nextAttemptAt,
            @Nullable Reason lastReason,
            @Nullable RunSpec order,
            Instant expiresAt,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean sandboxLost,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Attempt> attempts)
            implements ActivationRecord {
        public Queued {
            Objects.requireNonNull(activation);
            attempts = Attempt.orNone(attempts);
            // An older version did not write it.
            expiresAt = Objects.requireNonNullElse(expiresAt, activation.expiresAt());
        }

        /** Whether it waits, or waited, for the time that its submit named. It gets its command then. */
        @JsonIgnore
        public boolean isDelayed() {
            return nextAttemptAt != null && nextAttemptAt.equals(activation.notBefore());
        }

        /** The rest of its back-off or delay; zero when it may be claimed. */
        public Duration remainingWait(Instant now) {
            if (nextAttemptAt == null || !nextAttemptAt.isAfter(now)) {
                return Duration.ZERO;
            }
            var left = Duration.between(now, nextAttemptAt);
            // Longer than any back-off of this policy: the clocks of writer and reader differ.
            return !isDelayed() && left.compareTo(Backoff.longestWait(activation.retry(), attempt)) > 0
                    ? Duration.ZERO
                    : left;
        }

        /** @param pauses of its function */
        public boolean isExpired(Instant now, FunctionPauses pauses) {
            return now.isAfter(expiry(now, pauses));
        }

        /** When it expires, as far as is known now: while its function is paused, that moves on. */
        public Instant expiry(Instant now, FunctionPauses pauses) {
            var since = Objects.requireNonNullElse(activation.notBefore(), activation.submittedAt());
            return pauses.extend(since, expiresAt, now);
        }

        public Running claim(Worker worker, String runId, Instant now) {
            return new Running(
                    activation,
                    attempt + 1,
                    platformFaults,
                    worker,
                    runId,
                    now,
                    null,
                    expiresAt,
                    null,
                    sandboxLost,
                    attempts,
                    queuedSince());
        }

        private @Nullable Instant queuedSince() {
            if (nextAttemptAt != null) {
                return nextAttemptAt;
            }
            return attempts.isEmpty() ? null : attempts.getLast().finishedAt();
        }

        public Ended cancel(Reason reason, Instant now) {
            return end(Status.CANCELLED, reason, "Cancelled before it started.", now);
        }

        public Ended expire(Instant now) {
            return end(Status.EXPIRED, Reason.QUEUE_TTL, "It waited longer than its function's queue.ttlSeconds.", now);
        }

        /** Its events are missing from the event stream. */
        public Ended loseEvents(Instant now) {
            return end(Status.FAILED, Reason.WORKER_LOST, LOST_DETAIL, now);
        }

        /** For lists and the ledger. */
        public Queued withoutRunSpec() {
            return new Queued(
                    activation,
                    attempt,
                    platformFaults,
                    nextAttemptAt,
                    lastReason,
                    null,
                    expiresAt,
                    sandboxLost,
                    attempts);
        }

        private Ended end(Status status, Reason reason, String detail, Instant now) {
            return new Ended(
                    activation,
                    attempt,
                    platformFaults,
                    null,
                    null,
                    null,
                    Report.withoutOutcome(status, reason, detail, now),
                    attempts,
                    null);
        }
    }

    /** Runs on a spawner, or is about to.
     *
     * @param runId names this claim; output of any other run is ignored
     * @param cancelRequested why it is being cancelled; null when it is not
     * @param waitsFor what delays the start of its command, in a sentence for people; null when nothing does
     * @param sandboxLost whether an earlier run of it ended by {@link #loseSandbox}
     * @param queuedSince since when it could have been claimed; null since its acceptance
     */
    record Running(
            Activation activation,
            int attempt,
            int platformFaults,
            Worker worker,
            String runId,
            Instant claimedAt,
            @Nullable Reason cancelRequested,
            Instant expiresAt,
            @Nullable String waitsFor,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean sandboxLost,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Attempt> attempts,
            @Nullable Instant queuedSince)
            implements ActivationRecord {
        public Running {
            Objects.requireNonNull(activation);
            Objects.requireNonNull(worker);
            Objects.requireNonNull(runId);
            Objects.requireNonNull(claimedAt);
            attempts = Attempt.orNone(attempts);
            expiresAt = Objects.requireNonNullElse(expiresAt, activation.expiresAt());
        }

        /** Ends it, or queues it again where the function's retry policy grants another attempt. */
        public ActivationRecord finish(Report report, Duration backoff) {
            if (!mayRetry(report)) {
                return end(report);
            }
            var ended = new Attempt(
                    attempt,
                    worker.spawner(),
                    Objects.requireNonNullElse(report.usage().startedAt(), claimedAt),
                    report.finishedAt(),
                    report.reason(),
                    report.exit().exitCode());
            return requeue(attempt, platformFaults, backoff, ended);
        }

        private boolean mayRetry(Report report) {
            var reason = report.reason();
            return reason != null
                    && cancelRequested == null
                    && activation.delivery() == Delivery.AT_LEAST_ONCE
                    && attempt < activation.retry().maxAttempts()
                    && reason.retryCause()
                            .filter(activation.retry().on()::contains)
                            .isPresent();
        }

        /** The platform could not run it. The attempt does not count, and the next one waits longer after each such fault. Only
         * when the command has certainly not begun.
         */
        public ActivationRecord handBack(Reason reason, String detail, Instant now) {
            return countFault(Backoff.afterPlatformFault(platformFaults + 1), reason, detail, now);
        }

        /** Its spawner is dead; the outcome of its command is unknown. */
        public ActivationRecord loseSpawner(Instant now) {
            return lose(Duration.ZERO, "The spawner " + worker.spawner() + " that ran it is gone.", now);
        }

        /** Its spawner does not run it any more, and may be alive; the outcome of its command is unknown. */
        public ActivationRecord loseRun(Instant now) {
            return lose(Duration.ZERO, "The spawner " + worker.spawner() + " no longer runs it.", now);
        }

        /** Its spawner is alive and has lost the command, which may have begun. */
        public ActivationRecord loseCommand(String detail, Instant now) {
            return lose(Backoff.afterPlatformFault(platformFaults + 1), detail, now);
        }

        /** Its container ended in mid-run, with memory left and not stopped by its spawner. The first time this is a fault of the
         * platform, then a failed attempt: the command may have done it, and would do it again.
         */
        public ActivationRecord loseSandbox(String detail, Instant now, Duration backoff) {
            return sandboxLost && cancelRequested == null
                    ? finish(Report.withoutOutcome(Status.FAILED, Reason.SIGNAL, detail, now), backoff)
                    : with(cancelRequested, waitsFor, true).loseCommand(detail, now);
        }

        /** Its events are missing from the event stream. */
        public Ended loseEvents(Instant now) {
            return end(Status.FAILED, Reason.WORKER_LOST, LOST_DETAIL, now);
        }

        private ActivationRecord lose(Duration delay, String detail, Instant now) {
            return mayNotRepeat()
                    ? end(Status.FAILED, Reason.WORKER_LOST, detail, now)
                    : countFault(delay, Reason.WORKER_LOST, detail, now);
        }

        /** It was stopped because it was cancelled, or because its spawner shuts down cleanly. Neither an attempt nor a fault is
         * counted.
         *
         * @param hasBegun whether its command may have begun
         */
        public ActivationRecord release(boolean hasBegun, Instant now) {
            if (cancelRequested != null) {
                return end(Status.CANCELLED, cancelRequested, hasBegun ? null : "Cancelled before it started.", now);
            }
            return hasBegun && mayNotRepeat()
                    ? end(
                            Status.FAILED,
                            Reason.WORKER_LOST,
                            "The spawner " + worker.spawner() + " stopped before the command ended.",
                            now)
                    : requeue(attempt - 1, platformFaults, Duration.ZERO, uncounted(Reason.WORKER_LOST, now));
        }

        public Running requestCancel(Reason reason) {
            return with(reason, waitsFor, sandboxLost);
        }

        /** @param what see {@code waitsFor} */
        public Running withWaitsFor(@Nullable String what) {
            return with(cancelRequested, Printable.ofNullable(what), sandboxLost);
        }

        private Running with(@Nullable Reason cancel, @Nullable String wait, boolean lost) {
            return new Running(
                    activation,
                    attempt,
                    platformFaults,
                    worker,
                    runId,
                    claimedAt,
                    cancel,
                    expiresAt,
                    wait,
                    lost,
                    attempts,
                    queuedSince);
        }

        private boolean mayNotRepeat() {
            return cancelRequested == null && activation.delivery() == Delivery.AT_MOST_ONCE;
        }

        private ActivationRecord countFault(Duration delay, Reason reason, String detail, Instant now) {
            if (cancelRequested != null) {
                return end(Status.CANCELLED, cancelRequested, detail, now);
            }
            return platformFaults + 1 >= MAX_PLATFORM_FAULTS
                    ? end(Status.FAILED, reason, detail, now)
                    : requeue(attempt - 1, platformFaults + 1, delay, uncounted(reason, now));
        }

        private Attempt uncounted(Reason reason, Instant now) {
            return new Attempt(attempt, worker.spawner(), claimedAt, now, reason, null);
        }

        private Queued requeue(int attempt, int faults, Duration delay, Attempt ended) {
            var now = ended.finishedAt();
            var ran = Duration.between(claimedAt, now);
            var notQueued = ran.isNegative() ? delay : ran.plus(delay);
            return new Queued(
                    activation,
                    attempt,
                    faults,
                    delay.isZero() ? null : now.plus(delay),
                    ended.reason(),
                    null,
                    expiresAt.plus(notQueued),
                    sandboxLost,
                    ended.after(attempts));
        }

        private Ended end(Status status, Reason reason, @Nullable String detail, Instant now) {
            return end(Report.withoutOutcome(status, reason, detail, now));
        }

        private Ended end(Report report) {
            return new Ended(
                    activation, attempt, platformFaults, worker, runId, claimedAt, report, attempts, queuedSince);
        }
    }

    /** Has ended for good.
     *
     * @param worker that ran it; null when none did
     * @param queuedSince see {@link Running}; null also without a worker
     */
    record Ended(
            Activation activation,
            int attempt,
            int platformFaults,
            @Nullable Worker worker,
            @Nullable String runId,
            @Nullable Instant claimedAt,
            Report report,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Attempt> attempts,
            @Nullable Instant queuedSince)
            implements ActivationRecord {
        public Ended {
            Objects.requireNonNull(activation);
            Objects.requireNonNull(report);
            attempts = Attempt.orNone(attempts);
        }

        /** See {@link Report#withResult}. */
        public Ended withResult(@Nullable String text) {
            return new Ended(
                    activation,
                    attempt,
                    platformFaults,
                    worker,
                    runId,
                    claimedAt,
                    report.withResult(text),
                    attempts,
                    queuedSince);
        }
    }
}
