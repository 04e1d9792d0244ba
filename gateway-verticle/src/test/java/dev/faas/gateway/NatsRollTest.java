package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvents;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.local.NatsCluster;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Pause;
import dev.faas.testing.Records;
import dev.faas.testing.TestKey;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three NATS servers are stopped and started, one after the other, under a steady load. */
@Tag("slow")
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class NatsRollTest {
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(20);
    private static final int SUBMITTERS = 4;
    private static final int READERS = 2;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> accepted = new CopyOnWriteArrayList<>();
    private final List<Long> millis = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;

    @Test
    void whenAllServersRoll_thenNoSubmitAndNoReadIsRefused(@TempDir Path directory) throws Exception {
        try (var cluster = NatsCluster.start(directory);
                var bus = Nats.connect(NatsConfig.local(cluster.url()), "test");
                var auth = new PlayedService(vertx);
                var registry = new PlayedService(vertx)) {
            Await.until("there are streams", Duration.ofSeconds(60), () -> areCreated(bus));
            var signer = TestKey.generate();
            var owner = Ids.user(Instant.now());
            Await.await(bus.kv(Subjects.KEYS).put(signer.kid(), signer.jwk().getBytes(StandardCharsets.UTF_8)));
            Await.await(bus.kv(Subjects.FUNCTIONS).put(FunctionRevision.key(owner, "steady"), function(owner)));
            var gateway = new GatewayVerticle(RunningGateway.config(
                    auth.url(),
                    registry.url(),
                    NatsConfig.local(cluster.url()),
                    Duration.ofSeconds(5),
                    RunningGateway.QUOTAS));
            var deployment = Await.await(vertx.deployVerticle(gateway));
            var api = "http://127.0.0.1:" + gateway.port("api");

            try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
                var running = new ArrayList<Future<?>>();
                for (int i = 0; i < SUBMITTERS + READERS; i++) {
                    boolean reads = i >= SUBMITTERS;
                    boolean withKey = i == 0;
                    running.add(clients.submit(() -> repeat(reads, withKey, api, signer.bearer(owner))));
                }
                try {
                    rollAll(cluster);
                } finally {
                    stopped = true;
                }
                for (var client : running) {
                    client.get(30, TimeUnit.SECONDS);
                }
            }
            Await.await(vertx.undeploy(deployment));
            report();
            assertThat(refused).isEmpty();
            var events = new ActivationEvents(bus);
            assertThat(accepted)
                    .doesNotHaveDuplicates()
                    .allSatisfy(id -> assertThat(Await.await(events.lastFromLeader(id)))
                            .as(id)
                            .isPresent());
        } finally {
            Await.await(vertx.close());
        }
    }

    private void rollAll(NatsCluster cluster) throws IOException {
        awaitMoreAccepted();
        for (var server : cluster.servers()) {
            server.close();
            server.restart();
            // Its streams are left out: while others write, NATS 2.10 may call a replica outdated for a minute.
            Await.until("it has joined the others", () -> hasJoined(server));
            awaitMoreAccepted();
        }
    }

    private boolean hasJoined(NatsServer server) throws InterruptedException {
        try {
            var health = URI.create(server.monitoringUrl() + "/healthz?js-server-only=true");
            return http.send(HttpRequest.newBuilder(health).build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private void awaitMoreAccepted() {
        int before = accepted.size();
        Await.until("there is load", () -> accepted.size() > before + 100);
    }

    private Void repeat(boolean reads, boolean withKey, String api, String bearer)
            throws IOException, InterruptedException {
        while (!stopped) {
            var request = reads ? read(api) : submit(api, withKey);
            long begin = System.nanoTime();
            var answer = http.send(
                    request.header("Authorization", bearer)
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    BodyHandlers.ofString());
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            if (answer.statusCode() != (reads ? 200 : 202)) {
                refused.add(answer.statusCode() + " " + answer.body());
            } else if (!reads) {
                accepted.add(answer.headers().firstValue("X-Activation-Id").orElseThrow());
            }
            Pause.of(BETWEEN_REQUESTS);
        }
        return null;
    }

    private HttpRequest.Builder read(String api) throws InterruptedException {
        while (accepted.isEmpty()) {
            Pause.of(BETWEEN_REQUESTS);
        }
        var id = accepted.get(ThreadLocalRandom.current().nextInt(accepted.size()));
        return HttpRequest.newBuilder(URI.create(api + "/v1/activations/" + id));
    }

    private static HttpRequest.Builder submit(String api, boolean withKey) {
        var request = HttpRequest.newBuilder(URI.create(api + "/v1/functions/steady/activations"))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("x"));
        return withKey ? request.header("Idempotency-Key", Ids.activation(Instant.now())) : request;
    }

    private void report() {
        var sorted = millis.stream().sorted().toList();
        System.out.printf(
                "requests %d, refused %d %s, p50 %d ms, p99 %d ms, longest %d ms%n",
                sorted.size(),
                refused.size(),
                refused.stream().limit(3).toList(),
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() * 99 / 100),
                sorted.getLast());
    }

    private static byte[] function(String owner) {
        var now = Instant.now();
        var spec = FunctionSpec.of("steady", "registry.example/steady:1");
        return Codec.encode(new FunctionRevision(Ids.function(now), owner, 1, null, now, now, spec));
    }

    private static boolean areCreated(Nats bus) throws InterruptedException {
        try {
            Topology.create(bus, Records.with(TopologyConfig.LOCAL, "replicas", 3, "eventsBytes", 256L << 20));
            return true;
        } catch (IOException | DependencyMissing noLeaderOrTooFewPeersYet) {
            return false;
        }
    }
}
