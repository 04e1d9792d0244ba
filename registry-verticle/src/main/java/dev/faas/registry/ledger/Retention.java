package dev.faas.registry.ledger;

import dev.faas.config.Env;
import java.time.Duration;
import java.time.Instant;

/**
 * Holds how long finished activations are kept, from their end on.
 *
 * @param events in the event stream, until they are pruned
 * @param records in the ledger; afterwards the activation is 404
 * @param results and arguments, which a replay needs; afterwards they are {@code 410 result_expired}
 * @param logs afterwards they are {@code 410 result_expired}
 */
public record Retention(Duration events, Duration records, Duration results, Duration logs) {
    /** An Idempotency-Key is valid for a day, and its repetition looks the activation up in the ledger. */
    private static final Duration MIN_RECORDS = Duration.ofDays(1);

    /**
     * A gateway may accept the activation of an Idempotency-Key up to 5 s after it looked for one that exists. If that was
     * accepted, ended and pruned meanwhile, it would run twice. The other 5 s are for the write itself, and for the clocks of
     * spawner and registry.
     */
    static final Duration MIN_EVENTS = Duration.ofSeconds(10);

    public static final Retention DEFAULT =
            new Retention(Duration.ofMinutes(15), Duration.ofDays(30), Duration.ofDays(30), Duration.ofDays(30));

    public static Retention from(Env env) {
        var retention = new Retention(
                env.duration(
                        "FAAS_EVENTS_RETENTION",
                        DEFAULT.events(),
                        "how long the event stream keeps a finished activation after its end, at least 10s"),
                env.duration(
                        "FAAS_RECORDS_RETENTION",
                        DEFAULT.records(),
                        "how long the record of an activation is kept after its end, at least 1d"),
                env.duration(
                        "FAAS_RESULTS_RETENTION",
                        DEFAULT.results(),
                        "how long results, and arguments for replays, are kept after the end"),
                env.duration("FAAS_LOGS_RETENTION", DEFAULT.logs(), "how long logs are kept after the end"));
        if (retention.events().compareTo(MIN_EVENTS) < 0) {
            env.addProblem(
                    "FAAS_EVENTS_RETENTION",
                    "must be at least 10s: an activation whose events are removed earlier could run twice when its"
                            + " submit is repeated with the same Idempotency-Key");
        }
        if (retention.records().compareTo(MIN_RECORDS) < 0) {
            env.addProblem("FAAS_RECORDS_RETENTION", "must be at least 1d, as long as an Idempotency-Key is valid");
        }
        for (var output : new String[] {"FAAS_RESULTS_RETENTION", "FAAS_LOGS_RETENTION"}) {
            var duration = output.startsWith("FAAS_RESULTS") ? retention.results() : retention.logs();
            if (duration.compareTo(retention.records()) > 0) {
                env.addProblem(output, "must not be longer than FAAS_RECORDS_RETENTION");
            }
            if (duration.compareTo(retention.events()) < 0) {
                env.addProblem(output, "must not be shorter than FAAS_EVENTS_RETENTION");
            }
        }
        return retention;
    }

    /** The longer one of results and logs. */
    public Duration longestOutput() {
        return results.compareTo(logs) > 0 ? results : logs;
    }

    /** Records that ended earlier have expired. */
    public Instant recordsCutoff(Instant now) {
        return now.minus(records);
    }

    Instant resultsCutoff(Instant now) {
        return now.minus(results);
    }

    Instant logsCutoff(Instant now) {
        return now.minus(logs);
    }
}
