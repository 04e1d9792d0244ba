package dev.faas.bench.scenario;

import dev.faas.activation.ActivationEvents;
import dev.faas.bench.measure.BenchSetup;
import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.Figure;
import dev.faas.bench.measure.Memory;
import dev.faas.bench.measure.Report;
import dev.faas.bench.measure.Samples;
import dev.faas.bench.measure.Scenario;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.measure.TargetResult;
import dev.faas.bench.spawner.SleepingSpawners;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Nats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** Measures what grows under a constant load, once a third of the time is over and retention deletes as much as comes. */
public final class SteadyScenario implements Scenario.WithOwnSpawners {
    private static final int PER_SECOND = 300;
    private static final int FUNCTIONS = 20;
    private static final int USERS = 10;
    private static final int SLOTS = 16;
    private static final Duration SLEEP = Duration.ofMillis(10);
    private static final Duration PHASE = Duration.ofMinutes(30);
    /** The registry refuses a shorter FAAS_EVENTS_RETENTION. */
    private static final Duration SHORTEST_RETENTION = Duration.ofSeconds(10);

    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration LIST_PAUSE = Duration.ofMillis(100);
    private static final int LOOKS = 180;
    private static final int RETENTION_PART = 6;
    private static final double GROWTH = 1.1;
    private static final double LISTS = 1.2;
    private static final double MB = 1_000_000;

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public Report measure(BenchSetup setup) throws Exception {
        var retention = setup.size().phase(PHASE).dividedBy(RETENTION_PART);
        var settings = new HashMap<>(settings());
        settings.put("FAAS_EVENTS_RETENTION", Math.max(retention.toSeconds(), SHORTEST_RETENTION.toSeconds()) + "s");
        return setup.onPlatform(settings, spawners(), this::run);
    }

    @Override
    public Report run(ScenarioContext context) throws Exception {
        var phase = context.phase(PHASE);
        try (var functions = new SleepingFunctions(context, "reused").grow(FUNCTIONS, USERS);
                var spawners = new SleepingSpawners(context.subject().spawnerSettings()).add(1, SLOTS);
                var nats = Nats.connect(context.natsConfig(), "bench")) {
            functions.load(spawners, PER_SECOND, context.phase(WARM_UP), SLEEP);
            var course =
                    new Course(new ActivationEvents(nats), context.subject().data());
            var lists = new ArrayList<Samples>();
            var looks = RepeatingTask.start("looks", phase.dividedBy(LOOKS), course::look);
            var reads = RepeatingTask.start("lists", LIST_PAUSE, () -> lists.add(list(functions.owner(0))));
            SleepingSpawners.Runs runs;
            long begin = System.nanoTime();
            try {
                runs = functions.load(spawners, PER_SECOND, phase, SLEEP);
            } finally {
                looks.stop();
                reads.stop();
            }
            double perSecond = runs.waits().count() / ((System.nanoTime() - begin) / 1e9);
            var early = joined(lists, 0, 0.1);
            var late = joined(lists, 0.9, 1);
            var verdicts = new ArrayList<>(course.verdicts());
            verdicts.add(TargetResult.atLeast("P14", "throughput", 0.99 * PER_SECOND, perSecond, "per s"));
            verdicts.add(TargetResult.atMost("P14", "list p50", LISTS, late.p50() / early.p50(), "× at the beginning"));
            return new Report(
                    name(),
                    "%d activations a second for a long time, containers reused: %,d s"
                            .formatted(PER_SECOND, phase.toSeconds()),
                    List.of(
                            runs.waits().row("submit → start", perSecond),
                            early.row("GET …/activations, in the first tenth of the time"),
                            late.row("GET …/activations, in the last tenth")),
                    course.figures(),
                    verdicts);
        }
    }

    private static Samples list(Client user) throws Exception {
        long begin = System.nanoTime();
        Client.await(user.get("/v1/activations"));
        var sample = new Samples();
        sample.add(System.nanoTime() - begin);
        return sample;
    }

    private static Samples joined(List<Samples> all, double from, double to) {
        var joined = new Samples();
        part(all, from, to).forEach(joined::addAll);
        return joined;
    }

    /** A part of the time; of few values, one at least. */
    private static <T> List<T> part(List<T> all, double from, double to) {
        int first = (int) (from * all.size());
        return all.subList(first, Math.max(first + 1, (int) (to * all.size())));
    }

    /** What the platform's parts hold, in the course of time, in MB. */
    private static final class Course {
        private static final String LEDGER = "Postgres, files of tables";

        private final ActivationEvents events;
        private final Path data;
        private final Map<String, List<Double>> seen = new LinkedHashMap<>();

        Course(ActivationEvents events, Path data) {
            this.events = events;
            this.data = data;
        }

        synchronized void look() throws Exception {
            add("event stream", events.streamUsage().get(10, TimeUnit.SECONDS).used());
            var memory = Memory.ofTree(ProcessHandle.current());
            add("platform and load, resident", memory.getFirst().residentBytes());
            add("spawner, resident", sum(memory.subList(1, memory.size()), "java", Memory::residentBytes));
            add("nats-server, resident", sum(memory, "nats-server", Memory::residentBytes));
            add("postgres, shared pages counted once", sum(memory, "postgres", Memory::proportionalBytes));
            add(LEDGER, bytesBelow(data.resolve(Path.of("postgres", "cluster", "data", "base"))));
        }

        private void add(String what, long bytes) {
            seen.computeIfAbsent(what, none -> new ArrayList<>()).add(bytes / MB);
        }

        private static long sum(List<Memory> memory, String process, ToLongFunction<Memory> bytes) {
            return memory.stream()
                    .filter(each -> each.process().equals(process))
                    .mapToLong(bytes)
                    .sum();
        }

        private static long bytesBelow(Path folder) throws IOException {
            if (!Files.isDirectory(folder)) {
                return 0; // the ledger is elsewhere
            }
            try (var files = Files.walk(folder)) {
                return files.mapToLong(file -> file.toFile().length()).sum();
            }
        }

        /** The median from one part of the time to another. */
        private static double median(List<Double> values, double from, double to) {
            var sorted = part(values, from, to).stream().sorted().toList();
            return sorted.get(sorted.size() / 2);
        }

        private static double afterAThird(List<Double> values) {
            return median(values, 1.0 / 3, 1.0 / 3 + 0.1);
        }

        private static double atTheEnd(List<Double> values) {
            return median(values, 0.9, 1);
        }

        synchronized List<Figure> figures() {
            var figures = new ArrayList<Figure>();
            seen.forEach((what, values) -> {
                figures.add(new Figure(what + ", after a third of the time", afterAThird(values), "MB"));
                figures.add(new Figure(what + ", at the end", atTheEnd(values), "MB"));
            });
            return figures;
        }

        /** The ledger keeps every record for a day at least, so it grows for longer than this measurement takes. */
        synchronized List<TargetResult> verdicts() {
            return seen.entrySet().stream()
                    .filter(each -> !each.getKey().equals(LEDGER))
                    .map(each -> TargetResult.atMost(
                            "P14",
                            each.getKey(),
                            GROWTH,
                            atTheEnd(each.getValue()) / afterAThird(each.getValue()),
                            "× after a third"))
                    .toList();
        }
    }
}
