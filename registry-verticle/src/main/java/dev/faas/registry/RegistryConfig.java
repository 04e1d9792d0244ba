package dev.faas.registry;

import dev.faas.activation.MaxLifetime;
import dev.faas.config.Env;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.PgConfig;
import dev.faas.registry.ledger.Retention;
import dev.faas.wire.FunctionSpec;
import java.time.Duration;

/**
 * All that registry-service can be told.
 *
 * @param port of the API; 0 takes a free one
 * @param retention how long what is over is kept
 * @param ownerFunctions that one user may have
 * @param settled what changed later than this ago is still being worked on by others: the reconciler leaves it alone
 */
public record RegistryConfig(
        int port,
        HttpConfig http,
        NatsConfig nats,
        TopologyConfig topology,
        PgConfig pg,
        Retention retention,
        int ownerFunctions,
        Pauses pauses,
        Duration settled) {
    /**
     * Between two rounds of what is done again and again.
     *
     * @param outbox function changes that the bus has not been told of
     * @param prune activations that may leave the bus, and what has had its time
     * @param partitions of the ledger, to make or to drop
     * @param reconcile what got stuck
     */
    public record Pauses(Duration outbox, Duration prune, Duration partitions, Duration reconcile) {
        static final Pauses STANDARD =
                new Pauses(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofHours(6), Duration.ofSeconds(5));

        static Pauses from(Env env) {
            return new Pauses(
                    env.duration(
                            "FAAS_OUTBOX_PAUSE", STANDARD.outbox, "between two tries to tell the bus of functions"),
                    env.duration(
                            "FAAS_PRUNE_PAUSE", STANDARD.prune, "between two rounds of pruning finished activations"),
                    env.duration(
                            "FAAS_PARTITIONS_PAUSE",
                            STANDARD.partitions,
                            "between two looks for partitions of the ledger to make or to drop"),
                    env.duration("FAAS_RECONCILE_PAUSE", STANDARD.reconcile, "between two rounds of the reconciler"));
        }
    }

    private static final int PORT = 8081;
    private static final int INTERNAL_PORT = 9091;
    private static final int OWNER_FUNCTIONS = 500;
    private static final Duration SETTLED = Duration.ofSeconds(5);

    public static RegistryConfig from(Env env) {
        var retention = Retention.from(env);
        var topology = TopologyConfig.from(env, retention.output());
        if (topology.eventsAge().compareTo(MaxLifetime.of(FunctionSpec.of("any", "any"))) <= 0) {
            env.addProblem("FAAS_EVENTS_AGE", "must be longer than an activation can live: an ordinary one 24h and 5m");
        }
        return new RegistryConfig(
                env.integer("FAAS_HTTP_PORT", PORT, 0, 65_535, "port of the API; 0 takes a free one"),
                HttpConfig.from(env, INTERNAL_PORT),
                NatsConfig.from(env),
                topology,
                PgConfig.from(env, "registry"),
                retention,
                env.integer(
                        "FAAS_OWNER_MAX_FUNCTIONS", OWNER_FUNCTIONS, 1, 1_000_000, "functions that one user may have"),
                Pauses.from(env),
                env.duration(
                        "FAAS_RECONCILE_AFTER",
                        SETTLED,
                        "how long an activation is left to itself before the reconciler looks at it"));
    }

    /** The defaults, around the connections that differ from place to place. */
    public static RegistryConfig of(int port, HttpConfig http, NatsConfig nats, TopologyConfig topology, PgConfig pg) {
        return new RegistryConfig(
                port, http, nats, topology, pg, Retention.STANDARD, OWNER_FUNCTIONS, Pauses.STANDARD, SETTLED);
    }
}
