package dev.faas.bench.scenario;

import com.sun.net.httpserver.HttpServer;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.measure.WarmUp;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Measures how fast a backlog of events for 100 destinations is delivered: with all of them alive; and with five that refuse
 * connections and five that never answer.
 */
public final class DeliveriesScenario implements Scenario.OnPlatform {
    private static final int DESTINATIONS = 100;
    private static final int OF_A_KIND = 5;
    /** Of activations: each is an event for all destinations. */
    private static final int COUNT = 200;

    private static final int WARM_UP = 50;
    private static final int CLIENTS = 4;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Override
    public String name() {
        return "deliveries";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_OUTGOING_ALLOW", "127.0.0.1", "FAAS_OWNER_MAX_DESTINATIONS", "1000", "FAAS_SLOTS", "4");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        int count = context.count().orElse(COUNT);
        measure(context, WARM_UP, 0);
        var alive = measure(context, count, 0);
        var withDead = measure(context, count, OF_A_KIND);
        return new Report(
                name(),
                count + " events for " + DESTINATIONS + " destinations, held until all are there",
                List.of(
                        alive.times().row("all alive: begun → request at a receiver", alive.perSecond()),
                        withDead.times().row("10 dead: begun → request at a living one", withDead.perSecond())),
                List.of(new Figure("requests a second, 10 dead", withDead.perSecond(), "per s")),
                List.of(
                        TargetResult.atLeast("T5", "all alive", 1_000, alive.perSecond(), "per s"),
                        TargetResult.atLeast(
                                "T5", "10 dead, of all alive", 0.9, withDead.perSecond() / alive.perSecond(), ""),
                        TargetResult.atMost(
                                "T5",
                                "10 dead, p99",
                                2 * alive.times().percentile(0.99),
                                withDead.times().percentile(0.99),
                                "ms")));
    }

    private record Result(Samples times, double perSecond) {}

    private static Result measure(ScenarioContext context, int count, int deadOfAKind) throws Exception {
        try (var user = context.registerUser();
                var receiver = new Receiver();
                var silent = new ServerSocket(0, DESTINATIONS * count, InetAddress.getLoopbackAddress())) {
            WarmUp.run(user, context.image());
            user.createFunction(Map.of("name", "ended", "image", context.image(), "mode", "reused"));
            for (int i = 0; i < DESTINATIONS; i++) {
                createHeld(
                        user,
                        i,
                        i < deadOfAKind
                                ? refusing()
                                : i < 2 * deadOfAKind ? url(silent.getLocalPort()) : receiver.url());
            }
            ClosedLoop.run(CLIENTS, count, LIMIT, i -> user.echo("ended", "x"));
            int living = DESTINATIONS - 2 * deadOfAKind;
            TimeUnit.SECONDS.sleep(2); // the last ends reach the ledger
            receiver.begin();
            ClosedLoop.run(
                    CLIENTS, DESTINATIONS, LIMIT, i -> user.post("/v1/destinations/to-" + i + "/enable", Map.of()));
            return receiver.await(living * count);
        }
    }

    private static void createHeld(Client user, int number, String url) throws Exception {
        user.request(
                HttpMethod.POST,
                "/v1/destinations",
                Map.of(
                        "name",
                        "to-" + number,
                        "url",
                        url,
                        "events",
                        List.of("activation.succeeded"),
                        "enabled",
                        false));
    }

    /** Of a port where nobody listens. */
    private static String refusing() throws IOException {
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return url(closed.getLocalPort());
        }
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port + "/";
    }

    /** Answers at once. */
    private static final class Receiver implements AutoCloseable {
        private final HttpServer server;
        private final Samples times = new Samples();
        private volatile long begun;

        Receiver() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), DESTINATIONS);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", exchange -> {
                try (exchange) {
                    exchange.getRequestBody().readAllBytes();
                    times.add(System.nanoTime() - begun);
                    exchange.sendResponseHeaders(204, -1);
                }
            });
            server.start();
        }

        String url() {
            return DeliveriesScenario.url(server.getAddress().getPort());
        }

        void begin() {
            begun = System.nanoTime();
        }

        Result await(int requests) throws Exception {
            while (times.count() < requests) {
                if (System.nanoTime() - begun > LIMIT.toNanos()) {
                    throw new IOException((requests - times.count()) + " events were not delivered");
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
            return new Result(times, requests / ((System.nanoTime() - begun) / 1e9));
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
