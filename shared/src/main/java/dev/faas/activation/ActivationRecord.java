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
 *                      │      finish (retry) ─────┘  └─▶ Running, flagged    │
 *                      └── cancel, expire ───────────────────────────────────┘
 * </pre>
 *
 * {@code attempt} counts the runs that are the function's own: a run handed back or lost by the platform is taken off
 * again, and counted in {@code platformFaults}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ActivationRecord.Queued.class, name = "queued"),
    @JsonSubTypes.Type(value = ActivationRecord.Running.class, name = "running"),
    @JsonSubTypes.Type(value = ActivationRecord.Ended.class, name = "ended")
})
public sealed interface ActivationRecord extends Versioned {
    /** After so many faults of ours in a row of one activation something is wrong that a repeat does not mend. */
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

    static Queued accept(Activation activation, Order order) {
        return new Queued(activation, 0, 0, null, null, order);
    }

    /**
     * Waits for a spawner.
     *
     * @param nextAttemptAt while a retry waits for its time
     * @param lastReason why the attempt before did not count or failed
     * @param order in the accepted event only
     */
    record Queued(
            Activation activation,
            int attempt,
            int platformFaults,
            @Nullable Instant nextAttemptAt,
            @Nullable Reason lastReason,
            @Nullable Order order)
            implements ActivationRecord {
        public Queued {
            Objects.requireNonNull(activation);
        }

        public Running claim(Worker worker, String runId, Instant now) {
            return new Running(activation, attempt + 1, platformFaults, worker, runId, now, null);
        }

        public Ended cancel(Reason reason, Instant now) {
            return end(Status.CANCELLED, reason, "Cancelled before it started.", now);
        }

        public Ended expire(Instant now) {
            return end(Status.EXPIRED, Reason.QUEUE_TTL, "It waited longer than its function's queue.ttlSeconds.", now);
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
     */
    record Running(
            Activation activation,
            int attempt,
            int platformFaults,
            Worker worker,
            String runId,
            Instant claimedAt,
            @Nullable Reason cancelRequested)
            implements ActivationRecord {
        public Running {
            Objects.requireNonNull(activation);
            Objects.requireNonNull(worker);
            Objects.requireNonNull(runId);
            Objects.requireNonNull(claimedAt);
        }

        /** The end, or the wait for the next attempt where the function's retry policy grants one. */
        public ActivationRecord finish(Report report, Duration backoff) {
            if (mayRetry(report)) {
                return new Queued(
                        activation, attempt, platformFaults, report.finishedAt().plus(backoff), report.reason(), null);
            }
            return new Ended(activation, attempt, platformFaults, worker, runId, claimedAt, report);
        }

        private boolean mayRetry(Report report) {
            var reason = report.reason();
            return reason != null
                    && cancelRequested == null
                    && activation.delivery() == Delivery.AT_LEAST_ONCE
                    && attempt < activation.retry().maxAttempts()
                    && reason.cause().filter(activation.retry().on()::contains).isPresent();
        }

        /** The platform could not run it, or stops before it has ended: the function's attempts stay as they were. */
        public ActivationRecord handBack(Reason reason, String detail, Instant now) {
            if (platformFaults + 1 >= MAX_PLATFORM_FAULTS) {
                return ended(Status.FAILED, reason, detail, now);
            }
            return new Queued(activation, attempt - 1, platformFaults + 1, null, reason, null);
        }

        /** Its spawner is dead. */
        public ActivationRecord lose(Instant now) {
            var detail = "The spawner " + worker.spawner() + " that ran it is gone.";
            if (cancelRequested != null) {
                return ended(Status.CANCELLED, cancelRequested, detail, now);
            }
            return activation.delivery() == Delivery.AT_MOST_ONCE
                    ? ended(Status.FAILED, Reason.WORKER_LOST, detail, now)
                    : handBack(Reason.WORKER_LOST, detail, now);
        }

        public Running requestCancel(Reason reason) {
            return new Running(activation, attempt, platformFaults, worker, runId, claimedAt, reason);
        }

        private Ended ended(Status status, Reason reason, String detail, Instant now) {
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
