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
 * @param sizes of what an operator seldom changes
 */
public record TopologyConfig(
        int replicas, long eventsBytes, Duration eventsAge, Duration outputsAge, long keysBytes, Sizes sizes) {
    /** Size limits in bytes.
     *
     * @param activations the queue of commands
     * @param functions all functions at their newest revisions
     * @param hookKeys the delivery ids of one day that requests to hooks had
     * @param outputs large results, arguments and logs; 0: a third of what NATS may store, but at most 16 GiB
     */
    public record Sizes(long activations, long functions, long hookKeys, long outputs) {
        static final Sizes DEFAULT = new Sizes(1024 * MEBIBYTE, 256 * MEBIBYTE, 64 * MEBIBYTE, 0);
    }

    private static final long MEBIBYTE = 1 << 20;

    public static final TopologyConfig LOCAL =
            new TopologyConfig(1, 2L << 30, Duration.ofDays(30), Duration.ofDays(30), 64L << 20, Sizes.DEFAULT);

    /** @param output the longest retention of results, arguments and logs after an activation's end */
    public static TopologyConfig from(Env env, Duration output) {
        var eventsAge = env.duration(
                "FAAS_EVENTS_AGE",
                Duration.ofDays(30),
                "age limit of the EVENTS stream; finished activations are pruned much earlier");
        return new TopologyConfig(
                env.integer("FAAS_REPLICAS", 1, 1, 5, "copies of each stream: 1 on one NATS server, 3 on a cluster"),
                env.mebibytes("FAAS_EVENTS_MB", 4096, 64, "size limit of the EVENTS stream, in MiB"),
                eventsAge,
                // An argument is stored when its activation begins, and its retention begins at the end.
                eventsAge.plus(output),
                env.mebibytes(
                        "FAAS_IDEMPOTENCY_MB",
                        256,
                        1,
                        "size limit of the Idempotency-Keys of one day, in MiB; each MiB holds about 4,000 keys"),
                new Sizes(
                        env.mebibytes("FAAS_ACTIVATIONS_MB", 1024, 16, "size limit of the queue of commands, in MiB"),
                        env.mebibytes(
                                "FAAS_FUNCTIONS_MB",
                                256,
                                1,
                                "size limit of all functions at their newest revisions, in MiB"),
                        env.mebibytes(
                                "FAAS_HOOK_KEYS_MB",
                                256,
                                1,
                                "size limit of the delivery ids of one day that requests to hooks had, in MiB"),
                        env.mebibytes(
                                "FAAS_OUTPUTS_MB",
                                0,
                                0,
                                "size limit of large results, arguments and logs, in MiB; 0: a third of what NATS may"
                                        + " store, but at most 16384")));
    }
}
