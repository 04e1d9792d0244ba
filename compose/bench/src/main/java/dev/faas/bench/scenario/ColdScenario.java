package dev.faas.bench.scenario;

import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.DockerRuns;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Row;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.StageTimes;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.measure.WarmUp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Measures one activation after another, each in its own container, in turns with {@code docker run}. */
public final class ColdScenario implements Scenario.OnPlatform {
    private static final int RUNS = 40;
    private static final int WARM_UP = 10;
    private static final Duration PAUSE = Duration.ofMillis(400);

    private final boolean pooled;

    /** @param pooled whether containers are booted ahead of demand */
    public ColdScenario(boolean pooled) {
        this.pooled = pooled;
    }

    @Override
    public String name() {
        return pooled ? "cold" : "miss";
    }

    @Override
    public Map<String, String> settings() {
        return pooled ? Map.of() : Map.of("FAAS_POOL_SANDBOXES", "0");
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        var docker = new DockerRuns(context.image());
        var ours = new Samples();
        var baseline = new Samples();
        var submitted = new HashMap<String, Long>();
        try (var user = context.registerUser();
                var stages = StageTimes.record()) {
            WarmUp.run(user, context.image());
            user.createFunction(Map.of("name", "echo", "image", context.image()));
            for (int i = -WARM_UP; i < RUNS; i++) {
                var argument = Integer.toString(i);
                long dockerNanos = docker.runOnce(argument);
                Thread.sleep(PAUSE);
                long begin = System.nanoTime();
                var answer = Client.await(user.submit("echo", "?wait=30", argument));
                long took = System.nanoTime() - begin;
                var activation = Client.readTree(answer);
                var result = activation.path("result").asText();
                if (!result.equals(argument + "\n")) {
                    throw new IllegalStateException("the activation returned another result: " + answer);
                }
                if (i >= 0) {
                    baseline.add(dockerNanos);
                    ours.add(took);
                    submitted.put(activation.path("activationId").asText(), begin);
                }
                Thread.sleep(PAUSE);
            }
            var rows = new ArrayList<Row>();
            rows.add(baseline.row("docker run --rm --network none"));
            rows.add(ours.row("POST → result"));
            rows.addAll(stages.since(submitted));
            return new Report(
                    name(),
                    "one activation after another, "
                            + (pooled ? "a pool of booted containers" : "container made on demand"),
                    rows,
                    targets(ours, baseline));
        }
    }

    private List<TargetResult> targets(Samples ours, Samples baseline) {
        return pooled
                ? List.of(
                        TargetResult.atMost("P1", "p50", 8, ours.p50(), "ms"),
                        TargetResult.atLeast("P1", "docker run takes", 25, baseline.p50() / ours.p50(), "×"))
                : List.of(TargetResult.atMost("P2", "p50", 0.9, ours.p50() / baseline.p50(), "× docker run"));
    }
}
