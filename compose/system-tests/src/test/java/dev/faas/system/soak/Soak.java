package dev.faas.system.soak;

import dev.faas.testing.Pause;
import dev.faas.system.faults.FaultPlatform;
import dev.faas.system.faults.Main;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "./faas test --soak",
        description =
                "A mixed load for a long time, while memory, threads, descriptors, containers and what the bus holds"
                        + " are sampled. Exit code 1: something grows that should not, is left behind, or went wrong.",
        mixinStandardHelpOptions = true)
final class Soak implements Callable<Integer> {
    private static final Path LOGS = Path.of("target", "soak");
    private static final Path TABLE = LOGS.resolve("so-far.md");
    private static final int SAMPLES = 240;
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(10);
    /**
     * What ends stays on the bus and in the store for minutes instead of days, or every run would be one long warm-up. All that
     * is kept for longer, the records in Postgres, is meant to grow, and not sampled.
     */
    private static final Map<String, String> KEPT_SHORTLY =
            Map.of("FAAS_EVENTS_RETENTION", "1m", "FAAS_RESULTS_RETENTION", "2m", "FAAS_LOGS_RETENTION", "2m");

    @Option(names = "--hours", paramLabel = "H", description = "How long; 2 unless told.")
    @Nullable
    Double hours;

    @Option(names = "--minutes", paramLabel = "M", description = "Instead: so many minutes.")
    @Nullable
    Integer minutes;

    @Option(names = "--plot", paramLabel = "FILE", description = "An SVG of all samples (target/soak/soak.svg).")
    Path plot = LOGS.resolve("soak.svg");

    private final PrintStream out = System.out;

    private Soak() {}

    public static void main(String[] args) {
        Main.play(new Soak(), args);
    }

    @Override
    public Integer call() throws Exception {
        var lasting = minutes != null
                ? Duration.ofMinutes(minutes)
                : Duration.ofSeconds(Math.round((hours == null ? 2 : hours) * 3600));
        try (var stage = new FaultPlatform(LOGS, 1, false, KEPT_SHORTLY);
                var deeds = new Actions(stage)) {
            out.printf(
                    "%s: mixed load for %d minutes; the parts' output is in %s%n",
                    Instant.now(), lasting.toMinutes(), LOGS.toAbsolutePath());
            var gauges = new Gauges(stage);
            deeds.start();
            sample(gauges, deeds, lasting);
            deeds.stop();
            var problems = deeds.problems();
            var left = stage.containersLeft();
            return report(gauges, deeds, problems, left);
        }
    }

    private void sample(Gauges gauges, Actions deeds, Duration lasting) throws IOException, InterruptedException {
        var pause =
                lasting.dividedBy(SAMPLES).compareTo(SHORTEST_PAUSE) > 0 ? lasting.dividedBy(SAMPLES) : SHORTEST_PAUSE;
        long begun = System.nanoTime();
        for (int i = 0; System.nanoTime() - begun < lasting.toNanos(); i++) {
            gauges.sample(Duration.ofNanos(System.nanoTime() - begun), deeds.done());
            keep(gauges, lasting);
            Pause.of(Duration.ofNanos(begun + (i + 1) * pause.toNanos() - System.nanoTime()));
        }
    }

    /** The plot and the table so far: to look at meanwhile, and what is left of a run that is broken off. */
    private void keep(Gauges gauges, Duration lasting) throws IOException {
        Files.createDirectories(plot.toAbsolutePath().getParent());
        Files.writeString(plot, new Plot(gauges.series(), lasting).svg());
        try (var table = new PrintStream(TABLE.toFile(), StandardCharsets.UTF_8)) {
            new Growth(gauges.series()).print(table);
        }
    }

    private int report(Gauges gauges, Actions deeds, List<String> problems, List<String> left) {
        deeds.print(out);
        var growing = new Growth(gauges.series()).print(out);
        problems.forEach(problem -> out.println("  !! " + problem));
        left.forEach(container -> out.println("  !! left: " + container));
        out.println("plot: " + plot.toAbsolutePath());
        return growing.isEmpty() && problems.isEmpty() && left.isEmpty() ? 0 : 1;
    }
}
