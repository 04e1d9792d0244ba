package dev.faas.registry;

import dev.faas.config.Env;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.PgConfig;
import java.time.Duration;

/**
 * All that registry-service can be told.
 *
 * @param port of the API; 0 takes a free one
 * @param eventsRetention how long a finished activation stays on the bus after its end
 * @param outboxPause between two looks for function changes that the bus has not been told of
 * @param prunePause between two looks for activations that may leave the bus
 * @param reconcilePause between two rounds of the reconciler
 * @param settled what changed later than this ago is still being worked on by others: the reconciler leaves it alone
 */
public record RegistryConfig(
        int port,
        HttpConfig http,
        NatsConfig nats,
        TopologyConfig topology,
        PgConfig pg,
        Duration eventsRetention,
        Duration outboxPause,
        Duration prunePause,
        Duration reconcilePause,
        Duration settled) {
    private static final int PORT = 8081;
    private static final int INTERNAL_PORT = 9091;

    public static RegistryConfig from(Env env) {
        return new RegistryConfig(
                env.integer("FAAS_HTTP_PORT", PORT, 0, 65_535, "port of the API; 0 takes a free one"),
                HttpConfig.from(env, INTERNAL_PORT),
                NatsConfig.from(env),
                TopologyConfig.from(env),
                PgConfig.from(env, "registry"),
                env.duration(
                        "FAAS_EVENTS_RETENTION",
                        Duration.ofMinutes(15),
                        "how long a finished activation stays on the bus after its end"),
                env.duration(
                        "FAAS_OUTBOX_PAUSE", Duration.ofSeconds(2), "between two tries to tell the bus of functions"),
                env.duration(
                        "FAAS_PRUNE_PAUSE",
                        Duration.ofSeconds(5),
                        "between two rounds of pruning finished activations"),
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
                Duration.ofMinutes(15),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
    }
}
