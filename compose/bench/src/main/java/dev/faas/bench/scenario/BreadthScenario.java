package dev.faas.bench.scenario;

import dev.faas.activation.CommandQueue;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.ProcessorTime;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.nats.Nats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Measures what the queues of many functions cost, and checks that all their activations end. */
public final class BreadthScenario implements Scenario.OnPlatform {
    private static final int OWNERS = 100;
    private static final int FUNCTIONS = 1_000;
    private static final int FUNCTIONS_PER_OWNER = 10;
    private static final int CLIENTS = 16;
    private static final int SCANS = 20;
    private static final Duration IDLE = Duration.ofSeconds(20);
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "breadth";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_ACCESS_TOKEN_LIFETIME", "12h");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        int functions = context.count().orElse(FUNCTIONS);
        int owners = Math.clamp(functions / FUNCTIONS_PER_OWNER, 1, OWNERS);
        var users = new ArrayList<Client>();
        try (var nats = Nats.connect(context.natsConfig(), "bench")) {
            var queue = new CommandQueue(nats);
            for (int i = 0; i < owners; i++) {
                users.add(context.registerUser());
            }
            var idleBefore = ProcessorTime.measure(IDLE);
            var created = ClosedLoop.run(
                    CLIENTS,
                    functions,
                    LIMIT,
                    i -> users.get(i % owners)
                            .post("/v1/functions", Map.of("name", "f" + i, "image", context.image())));
            var idle = ProcessorTime.measure(IDLE);
            var scansIdle = measureQueueScans(queue);

            var submitted = new ConcurrentHashMap<String, Client>();
            long begin = System.nanoTime();
            var submits = ClosedLoop.run(CLIENTS, functions, LIMIT, i -> {
                var user = users.get(i % owners);
                return user.submit("f" + i, "", "x")
                        .onSuccess(answer -> submitted.put(
                                Client.readTree(answer).path("activationId").asText(), user));
            });
            var scansBusy = measureQueueScans(queue);
            var waits = awaitEnds(submitted);
            var elapsed = Duration.ofNanos(System.nanoTime() - begin);
            return new Report(
                    name(),
                    "%,d functions of %d users, each with an activation at once".formatted(functions, owners),
                    List.of(
                            created.row("POST function → 201, " + CLIENTS + " at once"),
                            submits.row("POST → 202, " + CLIENTS + " at once"),
                            waits.row("accepted → claimed", functions / (elapsed.toNanos() / 1e9)),
                            scansIdle.row("stats of all queues, all empty"),
                            scansBusy.row("stats of all queues, all with work")),
                    List.of(
                            new Figure("idle, no function: the platform's JVM", idleBefore.platform(), "% of a core"),
                            new Figure("idle, no function: nats-server", idleBefore.nats(), "% of a core"),
                            new Figure("idle, all functions: the platform's JVM", idle.platform(), "% of a core"),
                            new Figure("idle, all functions: nats-server", idle.nats(), "% of a core"),
                            new Figure("all ended after", elapsed.toNanos() / 1e9, "s")),
                    List.of());
        } finally {
            users.forEach(Client::close);
        }
    }

    /** What one process of the platform requests every few seconds. */
    private static Samples measureQueueScans(CommandQueue queue) throws Exception {
        var samples = new Samples();
        for (int i = 0; i < SCANS; i++) {
            long begin = System.nanoTime();
            queue.allStats().get();
            samples.add(System.nanoTime() - begin);
        }
        return samples;
    }

    /** The wait of each activation; throws unless all succeeded. */
    private static Samples awaitEnds(Map<String, Client> submitted) throws Exception {
        var waits = new Samples();
        for (var each : submitted.entrySet()) {
            var end = each.getValue().awaitEnd(each.getKey());
            if (!end.path("status").asText().equals("succeeded")) {
                throw new IllegalStateException("an activation did not succeed: " + end);
            }
            waits.add(Duration.ofMillis(end.path("waitMs").asLong()).toNanos());
        }
        return waits;
    }
}
