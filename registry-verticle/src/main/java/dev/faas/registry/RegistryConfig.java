package dev.faas.registry;

import dev.faas.activation.MaxLifetime;
import dev.faas.audit.AuditStore;
import dev.faas.config.Env;
import dev.faas.dispatcher.DispatcherConfig;
import dev.faas.http.HttpConfig;
import dev.faas.http.client.AddressRanges;
import dev.faas.http.tls.InnerTls;
import dev.faas.http.token.StaleAccess;
import dev.faas.http.token.TrustRoot;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.TopologyConfig;
import dev.faas.outgoing.OutgoingConfig;
import dev.faas.pg.PgConfig;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.FunctionRules;
import dev.faas.registry.ledger.Retention;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.seal.SealingKey;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.Mode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the settings of registry-service.
 *
 * @param port of the API; 0 takes a free one
 * @param defaultMode of functions that name none
 * @param rules of what functions may be
 * @param gateways that may tell a client's address
 * @param sealing to which secrets of functions are sealed; empty: none can be stored
 * @param hookSealing to which secrets of hooks' signatures are sealed; empty: hooks have none
 * @param keks of the stored secrets of destinations
 * @param outgoing where requests to destinations may go
 * @param accessStale how long without word of ended logins until requests are refused
 * @param auditLog whether rows of the audit log are logged, too
 * @param roles what this process does
 * @param innerTls of the API; null: plain HTTP
 */
public record RegistryConfig(
        int port,
        HttpConfig http,
        Connections connections,
        Retention retention,
        QuotaSettings quotas,
        Mode defaultMode,
        FunctionRules rules,
        Maintenance maintenance,
        TrustRoot trustRoot,
        AddressRanges gateways,
        Optional<SealingKey> sealing,
        Optional<SealingKey> hookSealing,
        KeyEncryptionKeys keks,
        OutgoingConfig outgoing,
        Duration accessStale,
        boolean auditLog,
        Roles roles,
        @Nullable InnerTls innerTls) {
    /** @param topology of the streams and buckets that this service creates in NATS */
    public record Connections(NatsConfig nats, TopologyConfig topology, PgConfig pg) {}

    /**
     * What a process does.
     *
     * @param registry serves functions and the ledger
     * @param dispatcher does what is due
     */
    public record Roles(boolean registry, boolean dispatcher) {
        static final Roles ALL = new Roles(true, true);

        private static final String NAME = "FAAS_ROLES";
        private static final String REGISTRY = "registry";
        private static final String DISPATCHER = "dispatcher";

        static Roles from(Env env) {
            var text = env.text(
                    NAME,
                    REGISTRY + "," + DISPATCHER,
                    "what this process does: registry (functions and records), dispatcher (what is due), or both");
            var names = Set.copyOf(List.of(text.split("\\s*,\\s*", -1)));
            if (!Set.of(REGISTRY, DISPATCHER).containsAll(names)) {
                env.addProblem(NAME, "must be registry, dispatcher or registry,dispatcher, not '" + text + "'");
            }
            return new Roles(names.contains(REGISTRY), names.contains(DISPATCHER));
        }
    }

    /**
     * Timing of the work that repeats.
     *
     * @param outboxPause between two writes of pending function changes to the bucket FUNCTIONS
     * @param prunePause between two rounds that prune events and remove expired payloads
     * @param partitionsPause between two rounds that create and drop partitions of the ledger
     * @param reconcilePause between two rounds of the reconciler
     * @param reconcileAfter the reconciler ignores what changed more recently: its gateway or spawner still works on it
     */
    public record Maintenance(
            Duration outboxPause,
            Duration prunePause,
            Duration partitionsPause,
            Duration reconcilePause,
            Duration reconcileAfter) {
        static Maintenance from(Env env) {
            return new Maintenance(
                    env.duration(
                            "FAAS_OUTBOX_PAUSE",
                            Duration.ofSeconds(2),
                            "pause between two writes of pending function changes to NATS"),
                    env.duration(
                            "FAAS_PRUNE_PAUSE",
                            Duration.ofSeconds(5),
                            "pause between two rounds of pruning finished activations"),
                    env.duration(
                            "FAAS_PARTITIONS_PAUSE",
                            Duration.ofHours(6),
                            "pause between two rounds of creating and dropping partitions of the ledger"),
                    env.duration(
                            "FAAS_RECONCILE_PAUSE",
                            Duration.ofSeconds(5),
                            "pause between two rounds of the reconciler"),
                    env.duration(
                            "FAAS_RECONCILE_AFTER",
                            Duration.ofSeconds(5),
                            "how long after its last change the reconciler ignores an activation"));
        }
    }

    private static final int PORT = 8081;
    private static final int INTERNAL_PORT = 9091;
    private static final int DISPATCHER_CONNECTIONS = 4;

    public static RegistryConfig from(Env env) {
        var retention = Retention.from(env);
        var topology = TopologyConfig.from(env, retention.longestOutput());
        if (topology.eventsAge().compareTo(MaxLifetime.of(FunctionSpec.of("any", "any"))) <= 0) {
            env.addProblem(
                    "FAAS_EVENTS_AGE",
                    "must be longer than an activation can live: 24h and 5m with the default limits of a function");
        }
        return new RegistryConfig(
                env.integer("FAAS_HTTP_PORT", PORT, 0, 65_535, "port of the API; 0 takes a free one"),
                HttpConfig.from(env, INTERNAL_PORT),
                new Connections(NatsConfig.from(env), topology, PgConfig.from(env, "registry")),
                retention,
                QuotaSettings.from(env),
                mode(env),
                FunctionRules.from(env),
                Maintenance.from(env),
                TrustRoot.from(env),
                AddressRanges.ofGateways(env),
                SealingKey.from(env),
                SealingKey.ofHooks(env),
                KeyEncryptionKeys.from(env),
                OutgoingConfig.from(env),
                StaleAccess.limit(env),
                AuditStore.isLogged(env),
                Roles.from(env),
                InnerTls.from(env));
    }

    DispatcherConfig dispatcher() {
        return new DispatcherConfig(
                http,
                connections.nats(),
                connections.pg().withPoolSize(DISPATCHER_CONNECTIONS),
                quotas,
                new DispatcherConfig.Outgoing(outgoing, keks),
                auditLog);
    }

    private static Mode mode(Env env) {
        return env.choice(
                "FAAS_MODE",
                List.of(Mode.ISOLATED, Mode.NESTED, Mode.REUSED),
                Mode.ISOLATED,
                "mode of functions that name none: isolated, nested or reused");
    }
}
