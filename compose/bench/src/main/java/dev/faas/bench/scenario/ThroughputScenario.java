package dev.faas.bench.scenario;

import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.DockerRuns;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Row;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.measure.WarmUp;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Compares clients that wait for a result and submit again with the fastest parallel loop of {@code docker run}. */
public final class ThroughputScenario implements Scenario.OnPlatform {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int BASELINE = 60;

    private final boolean measureReused;

    /** @param reused whether one container runs one activation after another */
    public ThroughputScenario(boolean reused) {
        this.measureReused = reused;
    }

    @Override
    public String name() {
        return measureReused ? "reused" : "saturated";
    }

    private String description() {
        return clients() + " clients, each waits for its result"
                + (measureReused ? "; containers are reused" : "; no pool");
    }

    private int clients() {
        return measureReused ? 16 : 8;
    }

    @Override
    public Map<String, String> settings() {
        return measureReused ? Map.of() : Map.of("FAAS_POOL_SANDBOXES", "0");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        var docker = new DockerRuns(context.image());
        var four = docker.runParallel(4, BASELINE);
        var eight = docker.runParallel(8, BASELINE);
        double best = Math.max(four.perSecond(), eight.perSecond());
        try (var user = context.registerUser()) {
            if (!measureReused) {
                WarmUp.run(user, context.image());
            }
            user.createFunction(Map.of(
                    "name",
                    "echo",
                    "image",
                    context.image(),
                    "mode",
                    measureReused ? "reused" : "isolated",
                    "concurrency",
                    100));
            return measureReused ? measureReused(user, four, eight, best) : measureIsolated(user, four, eight, best);
        }
    }

    private Report measureIsolated(Client user, ClosedLoop.Result four, ClosedLoop.Result eight, double best)
            throws Exception {
        run(user, clients(), 20);
        var many = run(user, clients(), 120);
        return new Report(
                name(),
                description(),
                List.of(many.row("POST → result"), row(4, four), row(8, eight)),
                List.of(TargetResult.atLeast("P3", "throughput", 1.3, many.perSecond() / best, "× docker run")));
    }

    private Report measureReused(Client user, ClosedLoop.Result four, ClosedLoop.Result eight, double best)
            throws Exception {
        run(user, clients(), 20_000);
        var one = run(user, 1, 1_000);
        var many = run(user, clients(), 6_000);
        return new Report(
                name(),
                description(),
                List.of(
                        one.samples().row("POST → result, one after another"),
                        many.row("POST → result, " + clients() + " clients"),
                        row(4, four),
                        row(8, eight)),
                List.of(
                        TargetResult.atMost(
                                "P4", "p50, one after another", 5, one.samples().p50(), "ms"),
                        TargetResult.atLeast("P4", "throughput", 130, many.perSecond() / best, "× docker run")));
    }

    private static Row row(int atOnce, ClosedLoop.Result done) {
        return done.row("docker run --rm --network none, " + atOnce + " at once");
    }

    private static ClosedLoop.Result run(Client user, int clients, int total) throws Exception {
        return ClosedLoop.run(clients, total, LIMIT, i -> user.echo("echo", Integer.toString(i)));
    }
}
