package dev.faas.bench.scenario;

import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Memory;
import dev.faas.bench.measure.ProcessorTime;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.spawner.SleepingSpawners;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Measures what functions cost that nobody uses: the same load with few functions and among many. */
public final class ManyFunctionsScenario implements Scenario.WithOwnSpawners {
    private static final int FEW = 100;
    private static final int MANY = 10_000;
    private static final int ACTIVE = 200;
    private static final int FUNCTIONS_PER_USER = 10;
    private static final int SLOTS = 16;
    private static final int PER_SECOND = 40;
    private static final Duration SLEEP = Duration.ofMillis(20);
    private static final Duration PHASE = Duration.ofSeconds(30);
    private static final double MB = 1_000_000;

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        int many = Math.max(FEW, context.count().orElse(MANY));
        int active = Math.min(ACTIVE, many);
        var phase = context.phase(PHASE);
        try (var functions = new SleepingFunctions(context, "isolated").grow(FEW, FEW / FUNCTIONS_PER_USER);
                var spawners = new SleepingSpawners(context.subject().spawnerSettings()).add(1, SLOTS)) {
            functions.load(spawners, PER_SECOND, phase, SLEEP); // a warm-up
            var before = functions.load(spawners, PER_SECOND, phase, SLEEP).waits();

            long begin = System.nanoTime();
            functions.grow(many, many / FUNCTIONS_PER_USER);
            double grown = (System.nanoTime() - begin) / 1e9;
            Thread.sleep(phase);
            var idle = ProcessorTime.measure(phase);
            var after = functions
                    .load(
                            spawners,
                            PER_SECOND,
                            phase,
                            SLEEP,
                            () -> ThreadLocalRandom.current().nextInt(active) * (many / active))
                    .waits();
            double nats = Memory.residentMib(Memory.ofTree(ProcessHandle.current()), "nats-server") * (1 << 20) / MB;
            return new Report(
                    name(),
                    "many functions, some of them active, against few; %d runs of %d ms a second"
                            .formatted(PER_SECOND, SLEEP.toMillis()),
                    List.of(
                            before.row("submit → start, %d functions".formatted(FEW)),
                            after.row("submit → start, %d of %,d functions".formatted(active, many))),
                    List.of(
                            new Figure("all users and functions created after", grown, "s"),
                            new Figure("idle: the platform's JVM", idle.platform(), "% of a core"),
                            new Figure("idle: nats-server", idle.nats(), "% of a core"),
                            new Figure("idle: these, Postgres and the spawner", idle.all(), "% of a core"),
                            new Figure("nats-server resident", nats, "MB")),
                    List.of(
                            TargetResult.atMost(
                                    "P13", "submit → start p50", 1.3, after.p50() / before.p50(), "× few functions"),
                            TargetResult.atMost("P13", "idle platform", 10, idle.all(), "% of a core"),
                            TargetResult.atMost("P13", "nats-server resident", 250, nats, "MB")));
        }
    }
}
