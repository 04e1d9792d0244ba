package dev.faas.registry;

import dev.faas.config.Env;
import dev.faas.config.Profile;
import dev.faas.http.HttpConfig;
import dev.faas.http.client.AddressRanges;
import dev.faas.http.token.TrustRoot;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.TopologyConfig;
import dev.faas.outgoing.OutgoingConfig;
import dev.faas.quota.Quota;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.FunctionRules;
import dev.faas.registry.ledger.Retention;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.seal.OpeningKeys;
import dev.faas.seal.SealingKey;
import dev.faas.testing.LocalServers;
import dev.faas.testing.SealKeys;
import dev.faas.testing.TestKey;
import dev.faas.wire.FunctionSpec.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A real Postgres and a real NATS. */
final class Backends extends LocalServers {
    private static final SealKeys SEAL = SealKeys.generate();
    static final SealingKey SEALING = SealingKey.from(Env.of(SEAL.ofRegistry())).orElseThrow();
    private static final SealKeys HOOKS = SealKeys.generate();
    private static final SealingKey HOOK_SEALING =
            SealingKey.ofHooks(Env.of(HOOKS.ofHooksAtRegistry())).orElseThrow();
    /** What only gateways have. */
    static final OpeningKeys HOOK_OPENING = OpeningKeys.ofHooks(Env.of(HOOKS.ofGateway()));

    static final KeyEncryptionKeys KEKS = KeyEncryptionKeys.from(Env.of(Map.of("FAAS_KEK", "01".repeat(32))));
    /** Receivers of tests are on this machine. */
    private static final OutgoingConfig OUTGOING =
            OutgoingConfig.from(Env.of(Map.of("FAAS_OUTGOING_ALLOW", "127.0.0.1")));

    /** What only spawners have. */
    static final OpeningKeys OPENING = OpeningKeys.from(Env.of(SEAL.ofSpawner()));

    private Backends(Path directory) throws IOException {
        super(directory, "registry");
    }

    static Backends start(Path directory) throws IOException {
        return new Backends(directory);
    }

    Nats connect(String name) throws Exception {
        return Nats.connect(NatsConfig.local(nats.url()), name);
    }

    /** On free ports of the loopback address, with short pauses, so that tests wait less. */
    RegistryConfig config() {
        return config(postgres.url(), nats.url(), Duration.ofSeconds(10));
    }

    RegistryConfig config(String postgresUrl, String natsUrl, Duration startTimeout) {
        return new RegistryConfig(
                0,
                HttpConfig.loopback(),
                new RegistryConfig.Connections(
                        new NatsConfig(natsUrl, null, null, startTimeout, Duration.ofSeconds(2)),
                        TopologyConfig.LOCAL,
                        RegistryPg.config(postgres, postgresUrl, 8, startTimeout)),
                Retention.DEFAULT,
                new QuotaSettings(Quota.defaults(Profile.PRIVATE), Quota.unlimited()),
                Mode.ISOLATED,
                FunctionRules.OPEN,
                new RegistryConfig.Maintenance(
                        Duration.ofMillis(100),
                        Duration.ofMillis(100),
                        Duration.ofMillis(100),
                        Duration.ofMillis(100),
                        Duration.ZERO),
                TrustRoot.NONE,
                AddressRanges.NONE,
                Optional.of(SEALING),
                Optional.of(HOOK_SEALING),
                KEKS,
                OUTGOING,
                Duration.ofMinutes(5),
                false,
                RegistryConfig.Roles.ALL,
                null);
    }

    /** Of the service: how long each has been open that waits for something else than Postgres, by its start. */
    Map<String, Long> transactionsThatWait() throws SQLException {
        var waiting =
                text("select string_agg(xact_start || '=' || floor(extract(epoch from clock_timestamp() - xact_start)"
                        + " * 1000), ',') from pg_stat_activity where state = 'idle in transaction' and usename = '"
                        + postgres.role("registry").user() + "'");
        return waiting.equals("null")
                ? Map.of()
                : Arrays.stream(waiting.split(","))
                        .map(each -> each.split("="))
                        .collect(Collectors.toMap(each -> each[0], each -> Long.parseLong(each[1]), Math::max));
    }

    /** Lets tokens that this signer signs be accepted. */
    void trust(TestKey signer) throws Exception {
        try (var bus = connect("auth-of-the-test")) {
            bus.kv("KEYS")
                    .put(signer.kid(), signer.jwk().getBytes(StandardCharsets.UTF_8))
                    .join();
        }
    }
}
