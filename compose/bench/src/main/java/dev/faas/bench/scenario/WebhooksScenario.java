package dev.faas.bench.scenario;

import com.sun.net.httpserver.HttpServer;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.OpenLoop;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.measure.WarmUp;
import dev.faas.wire.Codec;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Measures how long after its end an activation is at the receiver of a webhook, while 50 a second end. */
public final class WebhooksScenario implements Scenario.OnPlatform {
    private static final int PER_SECOND = 50;
    private static final int WARM_UP = 500;
    private static final int COUNT = 3_000;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Override
    public String name() {
        return "webhooks";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_OUTGOING_ALLOW", "127.0.0.1");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        int count = context.count().orElse(COUNT);
        try (var user = context.registerUser();
                var receiver = new Receiver()) {
            WarmUp.run(user, context.image());
            user.createFunction(Map.of("name", "ended", "image", context.image(), "mode", "reused"));
            user.request(
                    HttpMethod.POST,
                    "/v1/destinations",
                    Map.of(
                            "name",
                            "receiver",
                            "url",
                            receiver.url(),
                            "events",
                            List.of("activation.succeeded"),
                            "functions",
                            List.of("ended"),
                            "maxInFlight",
                            100));
            load(user, receiver, WARM_UP);
            var late = load(user, receiver, count);
            return new Report(
                    name(),
                    PER_SECOND + " activations a second, containers reused, one destination",
                    List.of(late.row("end → request at the receiver")),
                    List.of(),
                    List.of(
                            TargetResult.atMost("T4", "p50", 25, late.p50(), "ms"),
                            TargetResult.atMost("T4", "p99", 250, late.percentile(0.99), "ms")));
        }
    }

    private static Samples load(Client user, Receiver receiver, int count) throws Exception {
        receiver.late = new Samples();
        OpenLoop.run(PER_SECOND, count, LIMIT, () -> user.submit("ended", "", "x"));
        long begun = System.nanoTime();
        while (receiver.late.count() < count) {
            if (System.nanoTime() - begun > LIMIT.toNanos()) {
                throw new IOException((count - receiver.late.count()) + " events were not delivered");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return receiver.late;
    }

    /** Compares the end in the body with its own clock, which is the spawner's. */
    private static final class Receiver implements AutoCloseable {
        private final HttpServer server;
        private volatile Samples late = new Samples();

        Receiver() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", exchange -> {
                try (exchange) {
                    var now = Instant.now();
                    var ended = Codec.readTree(exchange.getRequestBody().readAllBytes())
                            .path("data")
                            .path("finishedAt")
                            .asText();
                    late.add(Duration.between(Instant.parse(ended), now).toNanos());
                    exchange.sendResponseHeaders(204, -1);
                }
            });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
