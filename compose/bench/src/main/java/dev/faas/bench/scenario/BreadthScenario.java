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

/** Very many functions of many users: what looking after all their queues costs, and that all their work ends. */
public final class BreadthScenario implements Scenario.OnPlatform {
    private static final int OWNERS = 100;
    private static final int FUNCTIONS = 1_000;
    private static final int EACH_OWNER = 10;
    private static final int CLIENTS = 16;
    private static final int LOOKS = 20;
    private static final Duration IDLE = Duration.ofSeconds(20);
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "breadth";
    }

    @Override
    public String what() {
        return "very many functions of many users, all with work at once";
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("FAAS_ACCESS_TOKEN_LIFETIME", "12h");
    }

    @Override
    public Report run(ScenarioContext stage) throws Exception {
        int functions = stage.count().orElse(FUNCTIONS);
        int owners = Math.clamp(functions / EACH_OWNER, 1, OWNERS);
        var users = new ArrayList<Client>();
        try (var nats = Nats.connect(stage.bus(), "bench")) {
            var queue = new CommandQueue(nats);
            for (int i = 0; i < owners; i++) {
                users.add(stage.user());
            }
            var idleBefore = ProcessorTime.during(IDLE);
            var made = ClosedLoop.run(
                    CLIENTS,
                    functions,
                    LIMIT,
                    i -> users.get(i % owners).post("/v1/functions", Map.of("name", "f" + i, "image", stage.image())));
            var idle = ProcessorTime.during(IDLE);
            var looksIdle = looks(queue);

            var submitted = new ConcurrentHashMap<String, Client>();
            long begin = System.nanoTime();
            var submits = ClosedLoop.run(CLIENTS, functions, LIMIT, i -> {
                var user = users.get(i % owners);
                return user.submit("f" + i, "", "x")
                        .onSuccess(answer -> submitted.put(
                                Client.tree(answer).path("activationId").asText(), user));
            });
            var looksBusy = looks(queue);
            var waits = ends(submitted);
            var whole = Duration.ofNanos(System.nanoTime() - begin);
            return new Report(
                    name(),
                    "%,d functions of %d users, each with an activation at once".formatted(functions, owners),
                    List.of(
                            made.row("POST function → 201, " + CLIENTS + " at once"),
                            submits.row("POST → 202, " + CLIENTS + " at once"),
                            waits.row("accepted → claimed", functions / (whole.toNanos() / 1e9)),
                            looksIdle.row("a sweep's look at all queues, nothing to do"),
                            looksBusy.row("a sweep's look at all queues, all with work")),
                    List.of(
                            new Figure("idle, no function: the platform's JVM", idleBefore.platform(), "% of a core"),
                            new Figure("idle, no function: nats-server", idleBefore.bus(), "% of a core"),
                            new Figure("idle, all functions: the platform's JVM", idle.platform(), "% of a core"),
                            new Figure("idle, all functions: nats-server", idle.bus(), "% of a core"),
                            new Figure("all ended after", whole.toNanos() / 1e9, "s")),
                    List.of());
        } finally {
            users.forEach(Client::close);
        }
    }

    /** What each spawner asks the bus every few seconds. */
    private static Samples looks(CommandQueue queue) throws Exception {
        var samples = new Samples();
        for (int i = 0; i < LOOKS; i++) {
            long begin = System.nanoTime();
            queue.allStats().get();
            samples.add(System.nanoTime() - begin);
        }
        return samples;
    }

    /** How long each waited; fails unless all succeeded. */
    private static Samples ends(Map<String, Client> submitted) throws Exception {
        var waits = new Samples();
        for (var each : submitted.entrySet()) {
            var end = each.getValue().end(each.getKey());
            if (!end.path("status").asText().equals("succeeded")) {
                throw new IllegalStateException("an activation ended so: " + end);
            }
            waits.add(Duration.ofMillis(end.path("waitMs").asLong()).toNanos());
        }
        return waits;
    }
}
