package dev.faas.nats;

import dev.faas.config.Env;
import java.time.Duration;

/** Configures the streams.
 *
 * @param replicas 1 on one server, 3 on a cluster
 * @param eventsBytes size limit of the event stream: all activations that are not pruned, and their output
 * @param eventsAge age limit of the event stream; finished activations are pruned much earlier
 * @param outputsAge age limit of large results, arguments and logs; they are removed earlier, after their retention
 * @param keysBytes size limit of the Idempotency-Keys of one day
 */
public record TopologyConfig(int replicas, long eventsBytes, Duration eventsAge, Duration outputsAge, long keysBytes) {
    public static final TopologyConfig LOCAL =
            new TopologyConfig(1, 2L << 30, Duration.ofDays(30), Duration.ofDays(30), 64L << 20);

    /** @param output the longest retention of results, arguments and logs after an activation's end */
    public static TopologyConfig from(Env env, Duration output) {
        var eventsAge = env.duration(
                "FAAS_EVENTS_AGE",
                Duration.ofDays(30),
                "age limit of the EVENTS stream; finished activations are pruned much earlier");
        return new TopologyConfig(
                env.integer("FAAS_REPLICAS", 1, 1, 5, "copies of each stream: 1 on one NATS server, 3 on a cluster"),
                (long) env.integer("FAAS_EVENTS_MB", 4096, 64, 1 << 20, "size limit of the EVENTS stream, in MiB")
                        << 20,
                eventsAge,
                // An argument is stored when its activation begins, and its retention begins at the end.
                eventsAge.plus(output),
                (long)
                                env.integer(
                                        "FAAS_IDEMPOTENCY_MB",
                                        256,
                                        1,
                                        1 << 20,
                                        "size limit of the Idempotency-Keys of one day, in MiB; each MiB holds about 4,000 keys")
                        << 20);
    }
}
