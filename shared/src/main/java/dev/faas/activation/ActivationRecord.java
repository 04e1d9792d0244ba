package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot of an activation, and the pure transitions that alone make the next one. A state has only the transitions
 * that are legal in it, so an illegal one does not compile; nothing here reads a clock or does any I/O.
 *
 * <pre>
 *             accept                claim                     finish
 *   (nothing) ──────▶ Queued ─────────────────▶ Running ─────────────────▶ Ended
 *                      │  ▲                       │  │                       ▲
 *                      │  └── handBack, lose,     │  │ requestCancel:        │
 *                      │      release,            │  └─▶ Running, flagged    │
 *                      │      finish (retry) ─────┘                          │
 *                      └── cancel, expire ───────────────────────────────────┘
 * </pre>
 *
 * {@code attempt} counts the runs that are the function's own. One that the platform could not run, or lost, is taken off
 * again and counted in {@code platformFaults}; one whose spawner stopped in good order is taken off and counted nowhere.
 *
 * <p>{@code expiresAt} is when its time in the queue is over. The time that it runs, and that a retry waits for its turn,
 * does not count: both put it off.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ActivationRecord.Queued.class, name = "queued"),
    @JsonSubTypes.Type(value = ActivationRecord.Running.class, name = "running"),
    @JsonSubTypes.Type(value = ActivationRecord.Ended.class, name = "ended")
})
public sealed interface ActivationRecord extends Versioned {
    /** After so many faults of ours of one activation something is wrong that a repeat does not mend. */
    int MAX_PLATFORM_FAULTS = 20;

    Activation activation();

    int attempt();

    int platformFaults();

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

    String LOST_DETAIL = "The bus has lost it, and what became of it nobody knows.";

    static Queued accept(Activation activation, RunSpec order) {
        return new Queued(activation, 0, 0, null, null, order, activation.expiresAt());
    }

    /**
     * Waits for a spawner.
     *
     * @param nextAttemptAt while another attempt waits for its time
     * @param lastReason why the attempt before did not count or failed
     * @param order in the accepted event only
     */
    record Queued(
            Activation activation,
            int attempt,
            int platformFaults,
            @Nullable Instant nextAttemptAt,
            @Nullable Reason lastReason,
            @Nullable RunSpec order,
            Instant expiresAt)
            implements ActivationRecord {
        public Queued {
            Objects.requireNonNull(activation);
            // Of a writer that did not have it yet.
            expiresAt = Objects.requireNonNullElse(expiresAt, activation.expiresAt());
        }

        /** How long it may not be claimed yet; zero when it may. */
        public Duration remainingWait(Instant now) {
            if (nextAttemptAt == null || !nextAttemptAt.isAfter(now)) {
                return Duration.ZERO;
            }
            var left = Duration.between(now, nextAttemptAt);
            // Longer than any back-off of this policy: one of two clocks has jumped.
            return left.compareTo(Backoff.longestWait(activation.retry(), attempt)) > 0 ? Duration.ZERO : left;
        }

        /** Whether it has been in the queue for too long. */
        public boolean isExpired(Instant now) {
            return now.isAfter(expiresAt);
        }

        public Running claim(Worker worker, String runId, Instant now) {
            return new Running(activation, attempt + 1, platformFaults, worker, runId, now, null, expiresAt, null);
        }

        public Ended cancel(Reason reason, Instant now) {
            return end(Status.CANCELLED, reason, "Cancelled before it started.", now);
        }

        public Ended expire(Instant now) {
            return end(Status.EXPIRED, Reason.QUEUE_TTL, "It waited longer than its function's queue.ttlSeconds.", now);
        }

        /** The bus has nothing of it any more. */
        public Ended loseEvents(Instant now) {
            return end(Status.FAILED, Reason.WORKER_LOST, LOST_DETAIL, now);
        }

        /** The same without what is to be run, as lists and the ledger have it. */
        public Queued withoutRunSpec() {
            return new Queued(activation, attempt, platformFaults, nextAttemptAt, lastReason, null, expiresAt);
        }

        private Ended end(Status status, Reason reason, String detail, Instant now) {
            return new Ended(
                    activation,
                    attempt,
                    platformFaults,
                    null,
                    null,
                    null,
                    Report.neverStarted(status, reason, detail, now));
        }
    }

    /**
     * Held by a spawner.
     *
     * @param runId names this claim; output of any other run counts for nothing
     * @param cancelRequested why it is to be stopped; null: it is not
     * @param waitsFor what its command cannot start without, in a sentence for people; null: nothing that takes long
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
            @Nullable String waitsFor)
            implements ActivationRecord {
        public Running {
            Objects.requireNonNull(activation);
            Objects.requireNonNull(worker);
            Objects.requireNonNull(runId);
            Objects.requireNonNull(claimedAt);
            expiresAt = Objects.requireNonNullElse(expiresAt, activation.expiresAt());
        }

        /** The end, or the wait for the next attempt where the function's retry policy grants one. */
        public ActivationRecord finish(Report report, Duration backoff) {
            return mayRetry(report)
                    ? requeue(attempt, platformFaults, backoff, report.reason(), report.finishedAt())
                    : new Ended(activation, attempt, platformFaults, worker, runId, claimedAt, report);
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

        /**
         * The platform could not run it: the function's attempts stay as they were, and the next one waits the longer the
         * more such faults there were. Only where the command has certainly not begun.
         */
        public ActivationRecord handBack(Reason reason, String detail, Instant now) {
            return countFault(Backoff.afterPlatformFault(platformFaults + 1), reason, detail, now);
        }

        /** Its spawner is dead; what became of its command nobody knows. */
        public ActivationRecord loseSpawner(Instant now) {
            return lose(Duration.ZERO, "The spawner " + worker.spawner() + " that ran it is gone.", now);
        }

        /** Its spawner lives and has lost its command, which may have begun. */
        public ActivationRecord loseCommand(String detail, Instant now) {
            return lose(Backoff.afterPlatformFault(platformFaults + 1), detail, now);
        }

        /** The bus has nothing of it any more. */
        public Ended loseEvents(Instant now) {
            return end(Status.FAILED, Reason.WORKER_LOST, LOST_DETAIL, now);
        }

        private ActivationRecord lose(Duration delay, String detail, Instant now) {
            return mayNotRepeat()
                    ? end(Status.FAILED, Reason.WORKER_LOST, detail, now)
                    : countFault(delay, Reason.WORKER_LOST, detail, now);
        }

        /**
         * It was stopped, on its cancellation or because its spawner stops in good order: nobody's fault, so that neither an
         * attempt nor a fault is counted.
         *
         * @param begun whether its command may have begun
         */
        public ActivationRecord release(boolean begun, Instant now) {
            if (cancelRequested != null) {
                return end(Status.CANCELLED, cancelRequested, begun ? null : "Cancelled before it started.", now);
            }
            return begun && mayNotRepeat()
                    ? end(
                            Status.FAILED,
                            Reason.WORKER_LOST,
                            "The spawner " + worker.spawner() + " stopped before it had ended.",
                            now)
                    : requeue(attempt - 1, platformFaults, Duration.ZERO, Reason.WORKER_LOST, now);
        }

        public Running requestCancel(Reason reason) {
            return with(reason, waitsFor);
        }

        /** @param what it waits for before its command can start, in a sentence for people; null: for nothing any more */
        public Running withWaitsFor(@Nullable String what) {
            return with(cancelRequested, what);
        }

        private Running with(@Nullable Reason cancel, @Nullable String wait) {
            return new Running(activation, attempt, platformFaults, worker, runId, claimedAt, cancel, expiresAt, wait);
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
                    : requeue(attempt - 1, platformFaults + 1, delay, reason, now);
        }

        private Queued requeue(int attempt, int faults, Duration delay, @Nullable Reason reason, Instant now) {
            var ran = Duration.between(claimedAt, now);
            var notInTheQueue = ran.isNegative() ? delay : ran.plus(delay);
            return new Queued(
                    activation,
                    attempt,
                    faults,
                    delay.isZero() ? null : now.plus(delay),
                    reason,
                    null,
                    expiresAt.plus(notInTheQueue));
        }

        private Ended end(Status status, Reason reason, @Nullable String detail, Instant now) {
            return new Ended(
                    activation,
                    attempt,
                    platformFaults,
                    worker,
                    runId,
                    claimedAt,
                    Report.neverStarted(status, reason, detail, now));
        }
    }

    /**
     * Over, for good.
     *
     * @param worker who ran it; null when nobody did
     */
    record Ended(
            Activation activation,
            int attempt,
            int platformFaults,
            @Nullable Worker worker,
            @Nullable String runId,
            @Nullable Instant claimedAt,
            Report report)
            implements ActivationRecord {
        public Ended {
            Objects.requireNonNull(activation);
            Objects.requireNonNull(report);
        }
    }
}
