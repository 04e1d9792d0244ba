package dev.faas.system.soak;

import dev.faas.system.faults.FaultPlatform;
import dev.faas.system.faults.Main;
import dev.faas.testing.Pause;
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
                "Runs a mixed load for a long time and samples memory, threads, file descriptors, containers and the size"
                        + " of JetStream. Exit code 1: a figure grows, containers are left behind, or an action failed.",
        mixinStandardHelpOptions = true)
final class Soak implements Callable<Integer> {
    private static final Path LOGS = Path.of("target", "soak");
    private static final Path TABLE = LOGS.resolve("so-far.md");
    private static final int SAMPLES = 240;
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(10);
    /**
     * Ended activations stay in the event stream and the archive for minutes instead of days: otherwise the whole run would be
     * warm-up. The records in Postgres grow by design, and are not sampled.
     */
    private static final Map<String, String> SHORT_RETENTION =
            Map.of("FAAS_EVENTS_RETENTION", "1m", "FAAS_RESULTS_RETENTION", "2m", "FAAS_LOGS_RETENTION", "2m");

    @Option(names = "--hours", paramLabel = "H", description = "Duration in hours; default: 2.")
    @Nullable
    Double hours;

    @Option(names = "--minutes", paramLabel = "M", description = "Duration in minutes, instead of --hours.")
    @Nullable
    Integer minutes;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "SVG file for all samples; default: target/soak/soak.svg.")
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
        try (var platform = new FaultPlatform(LOGS, 1, false, SHORT_RETENTION);
                var actions = new Actions(platform)) {
            out.printf(
                    "%s: mixed load for %d minutes; the parts' output is in %s%n",
                    Instant.now(), lasting.toMinutes(), LOGS.toAbsolutePath());
            var gauges = new Gauges(platform);
            actions.start();
            sample(gauges, actions, lasting);
            actions.stop();
            var problems = actions.problems();
            var left = platform.awaitContainersGone();
            return report(gauges, actions, problems, left);
        }
    }

    private void sample(Gauges gauges, Actions actions, Duration lasting) throws IOException, InterruptedException {
        var pause =
                lasting.dividedBy(SAMPLES).compareTo(SHORTEST_PAUSE) > 0 ? lasting.dividedBy(SAMPLES) : SHORTEST_PAUSE;
        long begun = System.nanoTime();
        for (int i = 0; System.nanoTime() - begun < lasting.toNanos(); i++) {
            gauges.sample(Duration.ofNanos(System.nanoTime() - begun), actions.completedCount());
            writeInterimReport(gauges, lasting);
            Pause.of(Duration.ofNanos(begun + (i + 1) * pause.toNanos() - System.nanoTime()));
        }
    }

    /** Writes the plot and the table so far, to read during the run, or after it was interrupted. */
    private void writeInterimReport(Gauges gauges, Duration lasting) throws IOException {
        Files.createDirectories(plot.toAbsolutePath().getParent());
        Files.writeString(plot, new Plot(gauges.series(), lasting).svg());
        try (var table = new PrintStream(TABLE.toFile(), StandardCharsets.UTF_8)) {
            new Growth(gauges.series()).print(table);
        }
    }

    private int report(Gauges gauges, Actions actions, List<String> problems, List<String> left) {
        actions.print(out);
        var growing = new Growth(gauges.series()).print(out);
        problems.forEach(problem -> out.println("  !! " + problem));
        left.forEach(container -> out.println("  !! left: " + container));
        out.println("plot: " + plot.toAbsolutePath());
        return growing.isEmpty() && problems.isEmpty() && left.isEmpty() ? 0 : 1;
    }
}
