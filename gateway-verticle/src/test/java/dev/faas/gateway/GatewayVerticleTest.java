package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.testing.TestKey;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class GatewayVerticleTest {
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Await.await(vertx.close());
    }

    private static GatewayConfig config(String natsUrl) {
        var nats = new NatsConfig(natsUrl, null, null, Duration.ofSeconds(1), Duration.ofSeconds(1));
        return RunningGateway.config(NOWHERE, NOWHERE, nats);
    }

    private static long connections(NatsServer server) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(server.monitoringUrl() + "/varz"))
                    .build();
            var body = client.send(request, BodyHandlers.ofString()).body();
            var matcher = java.util.regex.Pattern.compile("\"connections\":\\s*(\\d+)")
                    .matcher(body);
            assertThat(matcher.find()).isTrue();
            return Long.parseLong(matcher.group(1));
        }
    }

    private static boolean without(NatsServer server, int connections) {
        try {
            return connections(server) == connections;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givenNoNats_whenStarted_thenItFailsAndSaysWhatToDo() {
        var failure = Await.failure(vertx.deployVerticle(new GatewayVerticle(config("nats://127.0.0.1:1"))));

        assertThat(failure).hasMessageContaining("nats").hasMessageContaining("FAAS_NATS_URL");
    }

    @Test
    void givenNoStreams_whenStarted_thenItFailsAndNamesTheRegistryAndClosesItsConnections() throws Exception {
        try (var server = NatsServer.start(directory)) {
            var failure = Await.failure(vertx.deployVerticle(new GatewayVerticle(config(server.url()))));

            assertThat(failure).hasMessageContaining("registry");
            Await.until("disconnected", () -> without(server, 0));
        }
    }

    @Test
    void givenAPortInUse_whenStarted_thenItFailsAndClosesItsConnections() throws Exception {
        try (var server = NatsServer.start(directory);
                var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            makeStreams(server);
            var ports = new GatewayConfig.Ports(0, 0, taken.getLocalPort());
            var config = Records.with(config(server.url()), "ports", ports);

            var failure = Await.failure(vertx.deployVerticle(new GatewayVerticle(config)));

            assertThat(failure).hasMessageContaining(Integer.toString(taken.getLocalPort()));
            Await.until("disconnected", () -> without(server, 0));
        }
    }

    private static void makeStreams(NatsServer server) throws Exception {
        try (var bus = Nats.connect(NatsConfig.local(server.url()), "registry-of-the-test")) {
            Topology.create(bus, TopologyConfig.LOCAL);
        }
        Await.until("disconnected", () -> without(server, 0));
    }

    @Test
    void givenNoKeys_whenCalled_thenItIsNotReadyAndRefusesAllTokens() throws Exception {
        try (var server = NatsServer.start(directory);
                var client = HttpClient.newHttpClient()) {
            makeStreams(server);
            var gateway = new GatewayVerticle(config(server.url()));
            var deployment = Await.await(vertx.deployVerticle(gateway));
            var token = TestKey.generate().bearer("usr_06b7gd98g07rk4q3v8x2m5n9tb");
            var base = "http://127.0.0.1:" + gateway.port("api");

            for (var path : List.of(
                    "/v1/functions",
                    "/v1/functions/x",
                    "/v1/activations",
                    "/v1/activations/06b7gd98g07rk4q3v8x2m5n9tb",
                    "/v1/activations/06b7gd98g07rk4q3v8x2m5n9tb/events")) {
                var request = HttpRequest.newBuilder(URI.create(base + path))
                        .header("Authorization", token)
                        .build();
                assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                        .as(path)
                        .isEqualTo(401);
            }
            var ready = client.send(
                    HttpRequest.newBuilder(URI.create(base + "/readyz")).build(), BodyHandlers.ofString());
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("\"keys\":\"down\"", "\"nats\":\"up\"");
            Await.await(vertx.undeploy(deployment));
            Await.until("disconnected", () -> without(server, 0));
        }
    }

    @Test
    void givenOpenStreamsAndWaits_whenStopped_thenAllEndAndThePortsAreFree() throws Exception {
        try (var faas = new RunningGateway(directory)) {
            faas.function("lasting");
            var id = faas.accepted("lasting", "x");
            var port = faas.gateway.port("api");
            try (var events = Events.of(faas, id)) {
                events.require();
                var wait = Thread.ofVirtual().unstarted(() -> asked(faas, id));
                wait.start();
                Await.until("both are open", () -> faas.gateway.countOpenResponses() == 2);
                var started = System.nanoTime();

                faas.stopGateway();

                assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(7));
                assertThatThrownBy(() -> events.rest()).isInstanceOf(IOException.class);
                assertThat(wait.join(Duration.ofSeconds(10))).isTrue();
            }
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                    .isInstanceOf(IOException.class);
            Await.until("only the test is connected", () -> without(faas.server, 2));
        }
    }

    private static void asked(RunningGateway faas, String id) {
        try {
            assertThat(faas.get("/v1/activations/" + id + "?wait=60").field("status"))
                    .isEqualTo("queued");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givenUnreachableServices_whenCalled_thenTheResponseNamesThemAndOtherCallsWork() throws Exception {
        try (var faas = new RunningGateway(directory)) {
            faas.function("alone");
            faas.auth.close();
            faas.registry.close();

            for (var path : List.of("/v1/auth/me", "/.well-known/jwks.json")) {
                assertThat(faas.get(path).field("dependency")).isEqualTo("auth-service");
            }
            var list = faas.get("/v1/functions");
            assertThat(list.status()).isEqualTo(503);
            assertThat(list.field("dependency")).isEqualTo("registry-service");
            assertThat(list.header("Retry-After")).isEqualTo("2");
            assertThat(faas.send(faas.as(faas.alice, "/v1/functions").POST(HttpRequest.BodyPublishers.ofString("{}")))
                            .code())
                    .isEqualTo("unavailable");
            var id = faas.accepted("alone", "x");
            assertThat(faas.get("/v1/activations/" + id).status()).isEqualTo(200);
            assertThat(faas.get("/readyz").status()).isEqualTo(200);
        }
    }
}
