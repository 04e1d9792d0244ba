package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the permissions of {@code compose/nats.conf}. */
class NatsConfigurationTest {
    private static final Path CONFIGURATION = Path.of("..", "nats.conf");
    private static final Map<String, String> PASSWORDS = Map.of(
            "FAAS_NATS_REGISTRY_PASSWORD", "r1",
            "FAAS_NATS_GATEWAY_PASSWORD", "g1",
            "FAAS_NATS_SPAWNER_PASSWORD", "s1",
            "FAAS_NATS_AUTH_PASSWORD", "a1");
    private static final String EVENTS = stream("EVENTS", "events.*.*");
    private static final String ACTIVATIONS = stream("ACTIVATIONS", "activations.queue.>");
    private static final String CONSUMER =
            "{\"stream_name\":\"ACTIVATIONS\",\"config\":{\"name\":\"q_f\",\"durable_name\":\"q_f\",\"ack_policy\":\"explicit\"}}";

    @TempDir
    Path directory;

    private NatsServer nats;

    @BeforeEach
    void start() throws IOException {
        nats = NatsServer.start(directory, CONFIGURATION, PASSWORDS);
        try (var registry = connect("registry", "r1")) {
            for (var bucket : List.of(
                    "KEYS",
                    "REVOKED",
                    "APIKEYS",
                    "FUNCTIONS",
                    "IDEMPOTENCY",
                    "GATEWAY",
                    "USAGE",
                    "SPAWNERS",
                    "IMAGES")) {
                var created = request(registry, "registry", "$JS.API.STREAM.CREATE.KV_" + bucket, bucket(bucket));
                assertThat(created).doesNotContain("\"error\"");
            }
            assertThat(request(registry, "registry", "$JS.API.STREAM.CREATE.EVENTS", EVENTS))
                    .doesNotContain("\"error\"");
            assertThat(request(registry, "registry", "$JS.API.STREAM.CREATE.ACTIVATIONS", ACTIVATIONS))
                    .doesNotContain("\"error\"");
        }
    }

    @AfterEach
    void stop() throws IOException {
        nats.close();
    }

    /** It lists the subjects of all clients, and who knows an inbox can have NATS send there. */
    @Test
    void givenAServerThatListensOnAllAddresses_whenMonitored_thenThatIsPossibleOnLoopbackOnly() throws Exception {
        try (var open =
                NatsServer.start(directory.resolve("open"), CONFIGURATION, PASSWORDS, List.of("-a", "0.0.0.0"))) {
            try (var settings =
                    URI.create(open.monitoringUrl() + "/varz").toURL().openStream()) {
                assertThat(new String(settings.readAllBytes(), StandardCharsets.UTF_8))
                        .contains("\"host\": \"0.0.0.0\"", "\"http_host\": \"127.0.0.1\"");
            }
        }
    }

    @Test
    void givenNoOrAWrongPassword_whenConnecting_thenItIsRefused() {
        assertThatThrownBy(() -> new RawNats(nats.port(), "")).hasMessageContaining("Authorization Violation");
        assertThatThrownBy(() -> connect("gateway", "r1")).hasMessageContaining("Authorization Violation");
    }

    @Test
    void givenTheGateway_whenItAcceptsAndCancels_thenItMay() throws Exception {
        try (var gateway = connect("gateway", "g1")) {
            assertThat(request(gateway, "gateway", "events.a.state", "{}")).contains("\"seq\":1");
            assertThat(request(gateway, "gateway", "activations.queue.u.f.a", "{}"))
                    .contains("\"seq\":1");
            assertThat(request(
                            gateway,
                            "gateway",
                            "$JS.API.STREAM.MSG.DELETE.ACTIVATIONS",
                            "{\"seq\":1,\"no_erase\":true}"))
                    .contains("\"success\":true");
            assertThat(request(gateway, "gateway", "$KV.IDEMPOTENCY.k", "a")).contains("\"seq\":1");
            assertThat(request(gateway, "gateway", "$JS.API.CONSUMER.LIST.ACTIVATIONS", ""))
                    .doesNotContain("\"error\"");
            assertThat(request(gateway, "gateway", "$KV.GATEWAY.k", "a")).contains("\"seq\":1");
        }
    }

    @Test
    void givenTheGateway_whenItConsumesQueuesOrWritesKeysOrDropsAStream_thenItMayNot() throws Exception {
        try (var gateway = connect("gateway", "g1")) {
            assertRefused(gateway, "gateway", "$JS.API.CONSUMER.MSG.NEXT.ACTIVATIONS.q_f", "1");
            assertRefused(gateway, "gateway", "$JS.API.STREAM.MSG.DELETE.EVENTS", "{\"seq\":1}");
            assertRefused(gateway, "gateway", "$JS.API.STREAM.PURGE.ACTIVATIONS", "");
            assertRefused(gateway, "gateway", "$JS.API.STREAM.DELETE.EVENTS", "");
            assertRefused(gateway, "gateway", "$KV.KEYS.evil", "{}");
            assertRefused(gateway, "gateway", "$KV.FUNCTIONS.u.f", "{}");
            assertRefused(gateway, "gateway", "$KV.IMAGES.f.1", "{}");
            assertRefused(gateway, "gateway", "$KV.USAGE.quota.u", "{}");
            assertRefused(gateway, "_INBOX_auth", "$JS.API.INFO", "");
        }
    }

    @Test
    void givenTheRegistry_whenItWritesItsBucketsOrThoseOfOthers_thenItMayOnlyTheFirst() throws Exception {
        try (var registry = connect("registry", "r1")) {
            // It also forgets dead spawners.
            for (var own : List.of("FUNCTIONS", "USAGE", "IMAGES", "SPAWNERS")) {
                assertThat(request(registry, "registry", "$KV." + own + ".k", "{}"))
                        .contains("\"seq\":1");
            }
        }
        for (var other : List.of("KEYS", "APIKEYS", "REVOKED", "SUSPENDED", "IDEMPOTENCY", "GATEWAY")) {
            try (var registry = connect("registry", "r1")) {
                assertRefused(registry, "registry", "$KV." + other + ".k", "{}");
            }
        }
    }

    @Test
    void givenTheSpawner_whenItTakesACommandAndWritesEvents_thenItMay() throws Exception {
        try (var gateway = connect("gateway", "g1");
                var spawner = connect("spawner", "s1")) {
            request(gateway, "gateway", "activations.queue.u.f.a", "command");
            assertThat(request(spawner, "spawner", "$JS.API.CONSUMER.CREATE.ACTIVATIONS.q_f", CONSUMER))
                    .contains("q_f")
                    .doesNotContain("\"error\"");
            assertThat(request(spawner, "spawner", "$JS.API.CONSUMER.MSG.NEXT.ACTIVATIONS.q_f", "1"))
                    .isEqualTo("command");
            assertThat(request(spawner, "spawner", "events.a.state", "{}")).contains("\"seq\":1");
            assertThat(request(spawner, "spawner", "events.a.log", "text")).contains("\"seq\":2");
            assertThat(request(spawner, "spawner", "$KV.SPAWNERS.s", "{}")).contains("\"seq\":1");
            assertThat(request(spawner, "spawner", "$KV.IMAGES.f.1", "{}")).contains("\"seq\":1");
        }
    }

    @Test
    void givenTheSpawner_whenItIsAskedForItsRuns_thenItMayAnswerButWriteToNoOtherInbox() throws Exception {
        try (var registry = connect("registry", "r1");
                var spawner = connect("spawner", "s1")) {
            spawner.subscribe("runs.s.1");
            var answer = CompletableFuture.supplyAsync(() -> ask(registry, "runs.s.1"));
            spawner.answer("none");

            assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("none");
            assertRefused(spawner, "spawner", "_INBOX_registry.t1", "");
        }
    }

    private static String ask(RawNats registry, String subject) {
        try {
            return request(registry, "registry", subject, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void givenTheSpawner_whenItWritesFunctionsOrKeysOrDropsAStream_thenItMayNot() throws Exception {
        try (var spawner = connect("spawner", "s1")) {
            assertRefused(spawner, "spawner", "$KV.FUNCTIONS.u.f", "{}");
            assertRefused(spawner, "spawner", "$KV.KEYS.evil", "{}");
            assertRefused(spawner, "spawner", "$KV.APIKEYS.evil", "{}");
            assertRefused(spawner, "spawner", "$JS.API.STREAM.DELETE.ACTIVATIONS", "");
            assertRefused(spawner, "spawner", "$JS.API.CONSUMER.CREATE.EVENTS", "{}");
        }
    }

    @Test
    void onlyGatewaysAndRegistriesTellAuthWhichKeysAreUsed() throws Exception {
        for (var teller : Map.of("gateway", "g1", "registry", "r1").entrySet()) {
            try (var auth = connect("auth", "a1");
                    var client = connect(teller.getKey(), teller.getValue())) {
                auth.subscribe("keys.used");
                client.publish("keys.used", "uses");
                assertThat(auth.receive()).isEqualTo("uses");
                assertThatThrownBy(() -> client.subscribe("keys.used")).hasMessageContaining("Permissions Violation");
            }
        }
        for (var other : Map.of("spawner", "s1", "auth", "a1").entrySet()) {
            try (var client = connect(other.getKey(), other.getValue())) {
                assertRefused(client, other.getKey(), "keys.used", "{}");
            }
        }
    }

    @Test
    void givenAuth_whenItPublishesAKeyAndReadsAnActivation_thenOnlyTheFirstIsAllowed() throws Exception {
        try (var auth = connect("auth", "a1")) {
            assertThat(request(auth, "auth", "$KV.KEYS.k1", "{}")).contains("\"seq\":1");
            assertThat(request(auth, "auth", "$KV.APIKEYS.k1", "{}")).contains("\"seq\":1");
            assertThat(request(auth, "auth", "$JS.API.DIRECT.GET.KV_KEYS.$KV.KEYS.k1", ""))
                    .isEqualTo("{}");
            assertThat(request(
                            auth, "auth", "$JS.API.STREAM.MSG.GET.KV_APIKEYS", "{\"last_by_subj\":\"$KV.APIKEYS.k1\"}"))
                    .doesNotContain("\"error\"");
            assertRefused(auth, "auth", "$JS.API.DIRECT.GET.EVENTS.events.a.state", "");
            assertRefused(auth, "auth", "events.a.state", "{}");
            assertRefused(auth, "auth", "$KV.FUNCTIONS.u.f", "{}");
        }
    }

    private RawNats connect(String user, String password) throws IOException {
        return new RawNats(nats.port(), "\"user\":\"" + user + "\",\"pass\":\"" + password + "\",\"headers\":true");
    }

    private static String request(RawNats client, String user, String subject, String payload) throws IOException {
        return client.request("_INBOX_" + user, subject, payload);
    }

    private static void assertRefused(RawNats client, String user, String subject, String payload) {
        assertThatThrownBy(() -> request(client, user, subject, payload)).hasMessageContaining("Permissions Violation");
    }

    private static String stream(String name, String subjects) {
        return "{\"name\":\"" + name + "\",\"subjects\":[\"" + subjects + "\"],\"allow_direct\":true}";
    }

    private static String bucket(String name) {
        return "{\"name\":\"KV_" + name + "\",\"subjects\":[\"$KV." + name
                + ".>\"],\"max_msgs_per_subject\":1,\"allow_direct\":true,\"allow_rollup_hdrs\":true}";
    }
}
