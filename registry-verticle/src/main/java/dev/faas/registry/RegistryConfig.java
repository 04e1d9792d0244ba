package dev.faas.registry;

import dev.faas.activation.Lifespan;
import dev.faas.config.Env;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.PgConfig;
import dev.faas.wire.FunctionSpec;
import java.time.Duration;

/**
 * All that registry-service can be told.
 *
 * @param port of the API; 0 takes a free one
 * @param retention how long what is over is kept
 * @param outboxPause between two looks for function changes that the bus has not been told of
 * @param prunePause between two looks for activations that may leave the bus, and for what has had its time
 * @param partitionsPause between two looks for partitions of the ledger to make or to drop
 * @param reconcilePause between two rounds of the reconciler
 * @param settled what changed later than this ago is still being worked on by others: the reconciler leaves it alone
 */
public record RegistryConfig(
        int port,
        HttpConfig http,
        NatsConfig nats,
        TopologyConfig topology,
        PgConfig pg,
        Retention retention,
        Duration outboxPause,
        Duration prunePause,
        Duration partitionsPause,
        Duration reconcilePause,
        Duration settled) {
    private static final int PORT = 8081;
    private static final int INTERNAL_PORT = 9091;
    private static final Duration PARTITIONS_PAUSE = Duration.ofHours(6);

    public static RegistryConfig from(Env env) {
        var retention = Retention.from(env);
        var topology = TopologyConfig.from(env, retention.output());
        if (topology.eventsAge().compareTo(Lifespan.longest(FunctionSpec.of("any", "any"))) <= 0) {
            env.problem("FAAS_EVENTS_AGE", "must be longer than an activation can live: an ordinary one 24h and 5m");
        }
        return new RegistryConfig(
                env.integer("FAAS_HTTP_PORT", PORT, 0, 65_535, "port of the API; 0 takes a free one"),
                HttpConfig.from(env, INTERNAL_PORT),
                NatsConfig.from(env),
                topology,
                PgConfig.from(env, "registry"),
                retention,
                env.duration(
                        "FAAS_OUTBOX_PAUSE", Duration.ofSeconds(2), "between two tries to tell the bus of functions"),
                env.duration(
                        "FAAS_PRUNE_PAUSE",
                        Duration.ofSeconds(5),
                        "between two rounds of pruning finished activations"),
                env.duration(
                        "FAAS_PARTITIONS_PAUSE",
                        PARTITIONS_PAUSE,
                        "between two looks for partitions of the ledger to make or to drop"),
                env.duration("FAAS_RECONCILE_PAUSE", Duration.ofSeconds(5), "between two rounds of the reconciler"),
                env.duration(
                        "FAAS_RECONCILE_AFTER",
                        Duration.ofSeconds(5),
                        "how long an activation is left to itself before the reconciler looks at it"));
    }

    /** The defaults, around the connections that differ from place to place. */
    public static RegistryConfig of(int port, HttpConfig http, NatsConfig nats, TopologyConfig topology, PgConfig pg) {
        return new RegistryConfig(
                port,
                http,
                nats,
                topology,
                pg,
                Retention.STANDARD,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                PARTITIONS_PAUSE,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
    }
}
