package dev.faas.registry;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.OutputChunk.Source;
import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.local.NatsServer;
import dev.faas.local.ReservedPort;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.quota.Quota.Limit;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.FunctionRules;
import dev.faas.registry.ledger.Retention;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.testing.TestKey;
import dev.faas.wire.Ids;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry starts and stops cleanly, and says what is missing when it cannot start. */
class RegistryVerticleTest {
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    Path directory;

    private Backends backends;
    private Vertx vertx;

    @BeforeEach
    void start() throws Exception {
        backends = Backends.start(directory);
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
        backends.close();
    }

    @Test
    void givenAllItNeedsWhenStartedAndStoppedThenNothingIsLeftOpen() throws Exception {
        var verticle = new RegistryVerticle(backends.config());
        var deployment = await(vertx.deployVerticle(verticle));
        try (var anybody = new Client(verticle.port(), "");
                var operator = new Client(verticle.internalPort(), "")) {
            assertThat(anybody.get("/healthz").status()).isEqualTo(200);
            assertThat(anybody.get("/readyz").status()).isEqualTo(200);
            assertThat(anybody.get("/readyz").text()).contains("nats").contains("postgres");
            assertThat(operator.get("/metrics").text()).contains("faas_ledger_projected", "faas_delayed_waiting");
        }
        assertThat(backends.postgresConnections()).isPositive();
        assertThat(backends.natsConnections()).isPositive();

        await(vertx.undeploy(deployment));

        Await.eventually(() -> backends.postgresConnections() == 0);
        Await.eventually(() -> backends.natsConnections() == 0);
        assertThat(isFree(verticle.port())).isTrue();
        assertThat(isFree(verticle.internalPort())).isTrue();
    }

    @Test
    void givenNoPostgresWhenStartedThenTheMessageSaysSoAndNothingIsLeftOpen() throws Exception {
        var config =
                backends.config("postgres://127.0.0.1:" + ReservedPort.free() + "/faas", backends.nats.url(), SHORT);

        var failure = failure(vertx.deployVerticle(new RegistryVerticle(config)));

        assertThat(failure).hasMessageContaining("registry-service").hasMessageContaining("postgres");
        assertThat(failure).hasMessageContaining("FAAS_PG_URL").hasCauseInstanceOf(DependencyMissing.class);
        Await.eventually(() -> backends.natsConnections() == 0);
    }

    @Test
    void givenNoNatsWhenStartedThenTheMessageSaysSoAndNothingIsLeftOpen() throws Exception {
        var config = backends.config(backends.postgres.url(), "nats://127.0.0.1:" + ReservedPort.free(), SHORT);

        var failure = failure(vertx.deployVerticle(new RegistryVerticle(config)));

        assertThat(failure).hasMessageContaining("NATS").hasMessageContaining("FAAS_NATS_URL");
        assertThat(failure).hasCauseInstanceOf(DependencyMissing.class);
        assertThat(backends.postgresConnections()).isZero();
    }

    @Test
    void givenItsPortIsTakenWhenStartedThenItUnwinds() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var config = Records.with(backends.config(), "port", taken.getLocalPort());

            assertThat(failure(vertx.deployVerticle(new RegistryVerticle(config))))
                    .hasMessageContaining("http")
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
        Await.eventually(() -> backends.postgresConnections() == 0);
        Await.eventually(() -> backends.natsConnections() == 0);
    }

    @Test
    void givenTwoReplicasWhenStartedAtOnceThenTheyShareTheWorkAndARestartLosesNothing() throws Exception {
        var tokens = TestKey.generate();
        var first = new RegistryVerticle(backends.config());
        var second = new RegistryVerticle(backends.config());
        var deployments = new ArrayList<String>();
        var firstStarts = vertx.deployVerticle(first);
        var secondStarts = vertx.deployVerticle(second);
        deployments.add(await(firstStarts));
        deployments.add(await(secondStarts));
        backends.trust(tokens);
        var owner = Ids.user(Instant.now());
        try (var bus = backends.connect("test");
                var here = new Client(first.port(), tokens.access(owner));
                var there = new Client(second.port(), tokens.access(owner))) {
            Await.eventually(() -> here.get("/v1/functions").status() == 200);
            Await.eventually(() -> there.get("/v1/functions").status() == 200);
            var functionId = here.create("shared").json().getString("id");
            assertThat(there.get("/v1/functions/shared").json().getString("id")).isEqualTo(functionId);

            var ids = new HashSet<String>();
            for (int i = 0; i < 100; i++) {
                var activation = Story.activation(owner, functionId, "shared", Instant.now(), Map.of());
                ids.add(Story.accepted(bus, activation, "")
                        .claimed("run-1")
                        .wrote("run-1", Source.STDOUT, "x")
                        .succeeded(null, 1, 0)
                        .id());
                if (i == 50) {
                    await(vertx.undeploy(deployments.getFirst()));
                }
            }

            Await.eventually(
                    () -> backends.number("select count(*) from activation where status = 'succeeded'") == 100);
            assertThat(ids)
                    .allSatisfy(id -> assertThat(there.get("/v1/activations/" + id + "/result")
                                    .text())
                            .isEqualTo("x"));
        }
        await(vertx.undeploy(deployments.getLast()));
    }

    @Test
    void givenAUserAtTheLimitOfFunctionsWhenAnotherIsCreatedThenItIsRefusedAndThatOfAnotherUserIsNot()
            throws Exception {
        var tokens = TestKey.generate();
        var usual = backends.config();
        // No admin can give anybody more.
        var quotas = new QuotaSettings(
                usual.quotas().defaults(), usual.quotas().caps().with(Limit.FUNCTIONS, 2));
        var verticle = new RegistryVerticle(Records.with(usual, "quotas", quotas));
        var deployment = await(vertx.deployVerticle(verticle));
        backends.trust(tokens);
        try (var user = new Client(verticle.port(), tokens.access(Ids.user(Instant.now())));
                var other = new Client(verticle.port(), tokens.access(Ids.user(Instant.now())))) {
            Await.eventually(() -> user.get("/v1/functions").status() == 200);
            assertThat(user.create("one").status()).isEqualTo(201);
            assertThat(user.create("two").status()).isEqualTo(201);

            var refused = user.create("three");

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("quota_exceeded");
            assertThat(refused.header("Retry-After")).isNotEmpty();
            assertThat(user.get("/v1/functions/three").status()).isEqualTo(404);
            assertThat(user.create("two").code()).isEqualTo("function_exists");
            assertThat(other.create("three").status()).isEqualTo(201);
            assertThat(user.delete("/v1/functions/one").status()).isEqualTo(204);
            assertThat(user.create("three").status()).isEqualTo(201);
        }
        await(vertx.undeploy(deployment));
    }

    @Test
    void givenNatsWithoutItsDataWhenStartedThenFunctionsArePublishedAgain() throws Exception {
        var tokens = TestKey.generate();
        var before = new RegistryVerticle(backends.config());
        var deployment = await(vertx.deployVerticle(before));
        backends.trust(tokens);
        var owner = Ids.user(Instant.now());
        try (var user = new Client(before.port(), tokens.access(owner))) {
            Await.eventually(() -> user.get("/v1/functions").status() == 200);
            user.create("one");
            user.create("two");
        }
        await(vertx.undeploy(deployment));
        try (var other = NatsServer.start(directory.resolve("other-nats"))) {
            var after = vertx.deployVerticle(new RegistryVerticle(
                    backends.config(backends.postgres.url(), other.url(), Duration.ofSeconds(10))));
            await(after);

            try (var bus = Nats.connect(NatsConfig.local(other.url()), "test")) {
                for (var name : List.of("one", "two")) {
                    Await.eventually(() ->
                            bus.kv("FUNCTIONS").get(owner + "." + name).join().isPresent());
                }
            }
            await(vertx.undeploy(await(after)));
        }
    }

    @Test
    void givenNoSettingsWhenReadThenTheDefaultsHold() {
        var config = RegistryConfig.from(Env.of(Map.of()));

        assertThat(config.port()).isEqualTo(8081);
        assertThat(config.retention())
                .isEqualTo(new Retention(
                        Duration.ofMinutes(15), Duration.ofDays(30), Duration.ofDays(30), Duration.ofDays(30)));
        assertThat(config.connections().pg().schema()).isEqualTo("registry");
        assertThat(config.quotas().defaults().of(Limit.FUNCTIONS)).isEqualTo(500);
        assertThat(config.quotas().defaults().of(Limit.DELAYED)).isEqualTo(100_000);
        assertThat(config.roles()).isEqualTo(new RegistryConfig.Roles(true, true));
        assertThat(config.rules()).isEqualTo(FunctionRules.from(Env.of(Map.of("FAAS_PROFILE", "shared"))));
    }

    @Test
    void givenARoleTwiceWhenReadThenItIsOne() {
        var config = RegistryConfig.from(Env.of(Map.of("FAAS_ROLES", "dispatcher, dispatcher")));

        assertThat(config.roles()).isEqualTo(new RegistryConfig.Roles(false, true));
    }

    @Test
    void givenWrongSettingsWhenReadThenEachIsNamed() {
        var env = Env.of(
                Map.of("FAAS_HTTP_PORT", "high", "FAAS_EVENTS_RETENTION", "soon", "FAAS_ROLES", "registry,cook"));
        RegistryConfig.from(env);

        assertThatThrownBy(env::check)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FAAS_HTTP_PORT")
                .hasMessageContaining("FAAS_EVENTS_RETENTION")
                .hasMessageContaining("FAAS_ROLES must be registry, dispatcher or registry,dispatcher");
    }

    @Test
    void givenRetentionsThatContradictEachOtherWhenReadThenEachIsNamed() {
        var env = Env.of(Map.of(
                "FAAS_RECORDS_RETENTION", "23h",
                "FAAS_RESULTS_RETENTION", "24h",
                "FAAS_LOGS_RETENTION", "14m",
                "FAAS_EVENTS_AGE", "1d"));
        RegistryConfig.from(env);

        assertThatThrownBy(env::check)
                .hasMessageContaining("FAAS_RECORDS_RETENTION must be at least 1d")
                .hasMessageContaining("FAAS_RESULTS_RETENTION must not be longer than FAAS_RECORDS_RETENTION")
                .hasMessageContaining("FAAS_EVENTS_AGE must be longer than an activation can live")
                .hasMessageContaining("FAAS_LOGS_RETENTION must not be shorter than FAAS_EVENTS_RETENTION");
    }

    @Test
    void givenARetentionBelowTheTimeThatAnAcceptMayTakeWhenReadThenItIsRefused() {
        for (var each : Map.of("9999ms", false, "10s", true).entrySet()) {
            var env = Env.of(Map.of("FAAS_PROFILE", "private", "FAAS_EVENTS_RETENTION", each.getKey()));
            RegistryConfig.from(env);

            if (each.getValue()) {
                env.check();
            } else {
                assertThatThrownBy(env::check).hasMessageContaining("FAAS_EVENTS_RETENTION must be at least 10s");
            }
        }
    }

    @Test
    void givenAFunctionThatWouldOutliveItsEventsWhenStartedThenTheMessageNamesIt() throws Exception {
        var tokens = TestKey.generate();
        var owner = Ids.user(Instant.now());
        var first = new RegistryVerticle(backends.config());
        var deployment = await(vertx.deployVerticle(first));
        backends.trust(tokens);
        String id;
        try (var user = new Client(first.port(), tokens.access(owner))) {
            Await.eventually(() -> user.get("/v1/functions").status() == 200);
            var made = user.post(
                    "/v1/functions",
                    new JsonObject()
                            .put("name", "patient")
                            .put("image", "image:1")
                            .put("queue", new JsonObject().put("ttlSeconds", 604_800)));
            assertThat(made.status()).isEqualTo(201);
            id = made.json().getString("id");
        }
        await(vertx.undeploy(deployment));
        var shorter = Registry.withTopology(backends.config(), "eventsAge", Duration.ofDays(7));

        assertThat(failure(vertx.deployVerticle(new RegistryVerticle(shorter))))
                .hasMessageContaining(id)
                .hasMessageContaining("FAAS_EVENTS_AGE is 604800 s");
    }

    private static boolean isFree(int port) throws Exception {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        }
    }
}
