package dev.faas.nats;

import dev.faas.config.Env;
import java.time.Duration;

/**
 * How the streams are kept.
 *
 * @param replicas 1 on one server, 3 on a cluster
 * @param eventsBytes the most that all living activations and their output may take
 * @param eventsAge a safety net only: what is finished is pruned long before
 * @param outputsAge a safety net, too: large results and logs are removed when they have had their time
 * @param keysBytes the most that the Idempotency-Keys of a day may take
 */
public record TopologyConfig(int replicas, long eventsBytes, Duration eventsAge, Duration outputsAge, long keysBytes) {
    public static final TopologyConfig LOCAL =
            new TopologyConfig(1, 2L << 30, Duration.ofDays(30), Duration.ofDays(30), 64L << 20);

    /** @param output how long results, arguments and logs are kept after an activation's end */
    public static TopologyConfig from(Env env, Duration output) {
        var eventsAge =
                env.duration("FAAS_EVENTS_AGE", Duration.ofDays(30), "age limit of the EVENTS stream: a safety net");
        return new TopologyConfig(
                env.integer("FAAS_REPLICAS", 1, 1, 5, "copies of each stream: 1 on one NATS server, 3 on a cluster"),
                (long) env.integer("FAAS_EVENTS_MB", 4096, 64, 1 << 20, "size limit of the EVENTS stream, in MiB")
                        << 20,
                eventsAge,
                // An argument is stored when its activation begins, and is kept for so long after its end.
                eventsAge.plus(output),
                (long) env.integer(
                                "FAAS_IDEMPOTENCY_MB",
                                256,
                                1,
                                1 << 20,
                                "what the Idempotency-Keys of a day may take, in MiB of about 4,000 keys")
                        << 20);
    }
}
