package dev.faas.registry.ledger;

import dev.faas.config.Env;
import java.time.Duration;
import java.time.Instant;

/**
 * How long what is over is kept, from an activation's end on.
 *
 * @param events on the bus, until it is pruned
 * @param records in the ledger; then the activation is one that never was
 * @param results with the arguments that would make them again; then they are {@code 410 result_expired}
 * @param logs the same
 */
public record Retention(Duration events, Duration records, Duration results, Duration logs) {
    /** A repeated Idempotency-Key asks the ledger whether its activation has been. */
    private static final Duration LEAST_RECORDS = Duration.ofDays(1);

    public static final Retention STANDARD =
            new Retention(Duration.ofMinutes(15), Duration.ofDays(30), Duration.ofDays(30), Duration.ofDays(30));

    public static Retention from(Env env) {
        var retention = new Retention(
                env.duration(
                        "FAAS_EVENTS_RETENTION",
                        STANDARD.events(),
                        "how long a finished activation stays on the bus after its end"),
                env.duration(
                        "FAAS_RECORDS_RETENTION",
                        STANDARD.records(),
                        "how long the record of an activation is kept after its end, at least 1d"),
                env.duration(
                        "FAAS_RESULTS_RETENTION",
                        STANDARD.results(),
                        "how long results are kept, and arguments to be replayed"),
                env.duration("FAAS_LOGS_RETENTION", STANDARD.logs(), "how long logs are kept"));
        if (retention.records().compareTo(LEAST_RECORDS) < 0) {
            env.addProblem("FAAS_RECORDS_RETENTION", "must be at least 1d: for as long an Idempotency-Key counts");
        }
        for (var output : new String[] {"FAAS_RESULTS_RETENTION", "FAAS_LOGS_RETENTION"}) {
            var kept = output.startsWith("FAAS_RESULTS") ? retention.results() : retention.logs();
            if (kept.compareTo(retention.records()) > 0) {
                env.addProblem(output, "must not be longer than FAAS_RECORDS_RETENTION");
            }
            if (kept.compareTo(retention.events()) < 0) {
                env.addProblem(output, "must not be shorter than FAAS_EVENTS_RETENTION");
            }
        }
        return retention;
    }

    /** Of results and logs, the longer one. */
    public Duration output() {
        return results.compareTo(logs) > 0 ? results : logs;
    }

    /** What ended before is a record no more. */
    public Instant recordsSince(Instant now) {
        return now.minus(records);
    }

    Instant resultsSince(Instant now) {
        return now.minus(results);
    }

    Instant logsSince(Instant now) {
        return now.minus(logs);
    }
}
