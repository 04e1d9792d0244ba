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

/** One activation after another, each in a container of its own, in turns with {@code docker run}. */
public final class ColdScenario implements Scenario.OnPlatform {
    private static final int RUNS = 40;
    private static final int WARM_UP = 10;
    private static final Duration BETWEEN = Duration.ofMillis(400);

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
    public String what() {
        return "one activation after another, " + (pooled ? "a pool of booted containers" : "container made on demand");
    }

    @Override
    public Map<String, String> settings() {
        return pooled ? Map.of() : Map.of("FAAS_POOL_SANDBOXES", "0");
    }

    @Override
    public Report run(ScenarioContext stage) throws Exception {
        var docker = new DockerRuns(stage.image());
        var ours = new Samples();
        var baseline = new Samples();
        var submitted = new HashMap<String, Long>();
        try (var user = stage.user();
                var stages = StageTimes.record()) {
            WarmUp.of(user, stage.image());
            user.function(Map.of("name", "echo", "image", stage.image()));
            for (int i = -WARM_UP; i < RUNS; i++) {
                var argument = Integer.toString(i);
                long byDocker = docker.once(argument);
                Thread.sleep(BETWEEN);
                long begin = System.nanoTime();
                var answer = Client.await(user.submit("echo", "?wait=30", argument));
                long took = System.nanoTime() - begin;
                var activation = Client.tree(answer);
                var result = activation.path("result").asText();
                if (!result.equals(argument + "\n")) {
                    throw new IllegalStateException("the activation ended so: " + answer);
                }
                if (i >= 0) {
                    baseline.add(byDocker);
                    ours.add(took);
                    submitted.put(activation.path("activationId").asText(), begin);
                }
                Thread.sleep(BETWEEN);
            }
            var rows = new ArrayList<Row>();
            rows.add(baseline.row("docker run --rm --network none"));
            rows.add(ours.row("POST → result"));
            rows.addAll(stages.since(submitted));
            return new Report(name(), what(), rows, verdicts(ours, baseline));
        }
    }

    private List<TargetResult> verdicts(Samples ours, Samples baseline) {
        return pooled
                ? List.of(
                        TargetResult.atMost("P1", "p50", 8, ours.p50(), "ms"),
                        TargetResult.atLeast("P1", "docker run takes", 25, baseline.p50() / ours.p50(), "×"))
                : List.of(TargetResult.atMost("P2", "p50", 0.9, ours.p50() / baseline.p50(), "× docker run"));
    }
}
