package dev.faas.bench.scenario;

import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.ProcessorTime;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Row;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.spawner.SleepingSpawners;
import java.time.Duration;
import java.util.ArrayList;

/** Measures the throughput of more and more spawners whose slots are never free, against that of one. */
public final class ScaleOutScenario implements Scenario.WithOwnSpawners {
    private static final int[] SPAWNERS = {1, 2, 4, 8};
    private static final int SLOTS = 2;
    private static final int CLIENTS_PER_SLOT = 3;
    private static final int FUNCTIONS = 16;
    private static final int USERS = 8;
    private static final Duration SLEEP = Duration.ofMillis(50);
    private static final Duration PHASE = Duration.ofSeconds(20);
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final double LINEAR = 0.9;

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        var rows = new ArrayList<Row>();
        var figures = new ArrayList<Figure>();
        var verdicts = new ArrayList<TargetResult>();
        double single = 0;
        try (var functions = new SleepingFunctions(context, "reused").grow(FUNCTIONS, USERS);
                var spawners = new SleepingSpawners(context.subject().spawnerSettings())) {
            int running = 0;
            for (int count : SPAWNERS) {
                spawners.add(count - running, SLOTS);
                running = count;
                load(context, functions, count); // a warm-up
                var begin = ProcessorTime.now();
                var done = load(context, functions, count);
                var busy = ProcessorTime.now().since(begin);
                var what = "%d spawner%s".formatted(count, count == 1 ? "" : "s");
                rows.add(done.row("submit → result, " + what));
                figures.add(new Figure(what + ": all processes", busy.all(), "% of a core"));
                figures.add(new Figure(what + ": nats-server", busy.nats(), "% of a core"));
                if (count == SPAWNERS[0]) {
                    single = done.perSecond() / count;
                } else {
                    verdicts.add(TargetResult.atLeast(
                            "P15", "throughput, " + what, LINEAR, done.perSecond() / (count * single), "× linear"));
                }
            }
        }
        return new Report(
                name(),
                "1 to %d spawners of %d slots, runs of %d ms, %d waiting clients a slot"
                        .formatted(SPAWNERS[SPAWNERS.length - 1], SLOTS, SLEEP.toMillis(), CLIENTS_PER_SLOT),
                rows,
                figures,
                verdicts);
    }

    /** As many requests as all slots can do in the time of a phase. */
    private static ClosedLoop.Result load(ScenarioContext context, SleepingFunctions functions, int count)
            throws Exception {
        int slots = count * SLOTS;
        int total = Math.toIntExact(slots * context.phase(PHASE).toMillis() / SLEEP.toMillis());
        return ClosedLoop.run(
                slots * CLIENTS_PER_SLOT, total, LIMIT, i -> functions.submit(i % FUNCTIONS, "?wait=60", SLEEP));
    }
}
