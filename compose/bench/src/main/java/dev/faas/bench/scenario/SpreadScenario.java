package dev.faas.bench.scenario;

import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.spawner.SleepingSpawners;
import java.time.Duration;
import java.util.List;

/** Measures what it costs to spread the same slots over several spawners. */
public final class SpreadScenario implements Scenario.WithOwnSpawners {
    private static final int SLOTS = 16;
    private static final int SPAWNERS = 4;
    private static final int FUNCTIONS = 200;
    private static final int USERS = 20;
    private static final Duration SLEEP = Duration.ofMillis(120);
    private static final int PER_SECOND = 80;
    private static final double HEAVY_LOAD = 0.9;
    private static final Duration PHASE = Duration.ofMinutes(1);
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "scale";
    }

    /**
     * @param waits from the submit to the start
     * @param useful part of the time of taken slots in which their functions ran, at a heavy load
     */
    private record Result(Samples waits, double useful) {}

    @Override
    public Report run(ScenarioContext context) throws Exception {
        try (var functions = new SleepingFunctions(context, "isolated").grow(FUNCTIONS, USERS)) {
            var one = measure(context, functions, 1);
            var more = measure(context, functions, SPAWNERS);
            return new Report(
                    name(),
                    "%d spawners of %d slots against one of %d: %d functions of %d users, runs of %d ms, %d a second"
                            .formatted(
                                    SPAWNERS, SLOTS / SPAWNERS, SLOTS, FUNCTIONS, USERS, SLEEP.toMillis(), PER_SECOND),
                    List.of(
                            one.waits().row("submit → start, one spawner"),
                            more.waits().row("submit → start, %d spawners".formatted(SPAWNERS))),
                    List.of(useful("one spawner", one), useful("%d spawners".formatted(SPAWNERS), more)),
                    List.of(
                            TargetResult.atMost("P12", "wait p50", 2, ratio(more, one, 0.5), "× the single spawner's"),
                            TargetResult.atMost("P12", "wait p95", 3, ratio(more, one, 0.95), "× the single spawner's"),
                            TargetResult.atLeast("P12", "useful slot time", 95, 100 * more.useful(), "%")));
        }
    }

    private static Result measure(ScenarioContext context, SleepingFunctions functions, int count) throws Exception {
        var phase = context.phase(PHASE);
        try (var spawners = new SleepingSpawners(context.subject().spawnerSettings()).add(count, SLOTS / count)) {
            functions.load(spawners, PER_SECOND, context.phase(WARM_UP), SLEEP);
            var waits = functions.load(spawners, PER_SECOND, phase, SLEEP).waits();
            int heavy = (int) (HEAVY_LOAD * SLOTS * 1_000 / SLEEP.toMillis());
            try (var taken = new TakenSlots(spawners)) {
                var runs = functions.load(spawners, heavy, phase, SLEEP);
                return new Result(waits, runs.ran() / taken.slotNanos());
            }
        }
    }

    private static double ratio(Result more, Result one, double share) {
        return more.waits().percentile(share) / one.waits().percentile(share);
    }

    private static Figure useful(String what, Result result) {
        return new Figure(
                "slot time in which functions ran, at %.0f %% load, %s".formatted(100 * HEAVY_LOAD, what),
                100 * result.useful(),
                "%");
    }
}
