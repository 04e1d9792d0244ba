package dev.faas.bench;

import dev.faas.wire.Codec;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs scenarios, each on a fresh platform, and reports as a table and as JSON. */
public final class Bench {
    /** A platform to measure, gone when closed. */
    public interface Subject extends AutoCloseable {
        URI api();

        @Override
        void close() throws IOException;
    }

    /** Starts one with these settings. */
    @FunctionalInterface
    public interface Start {
        Subject with(Map<String, String> settings) throws IOException;
    }

    private static final List<Scenario> ALL = List.of(
            new SubmitScenario(),
            new ColdScenario(true),
            new ColdScenario(false),
            new ThroughputScenario(false),
            new ThroughputScenario(true),
            new FairnessScenario(FairnessScenario.Others.FLOOD),
            new FairnessScenario(FairnessScenario.Others.LONG),
            new FairnessScenario(FairnessScenario.Others.MANY));

    private final Start start;
    private final String image;
    private final PrintStream out;

    /** @param image whose entrypoint is busybox's echo */
    public Bench(Start start, String image, PrintStream out) {
        this.start = start;
        this.image = image;
        this.out = out;
    }

    public static List<String> names() {
        return ALL.stream().map(Scenario::name).distinct().toList();
    }

    /**
     * Blocks.
     *
     * @param names of scenarios; none: all
     * @param json where to write the figures, too
     * @return whether every target was held
     */
    public boolean run(List<String> names, @Nullable Path json) throws Exception {
        var reports = new ArrayList<Report>();
        for (var scenario : ALL) {
            if (names.isEmpty() || names.contains(scenario.name())) {
                var report = run(scenario);
                report.print(out);
                reports.add(report);
            }
        }
        if (json != null) {
            Files.write(json, Codec.write(Map.of("machine", Machine.here(), "reports", reports)));
        }
        return reports.stream().flatMap(r -> r.verdicts().stream()).allMatch(Verdict::held);
    }

    private Report run(Scenario scenario) throws Exception {
        var vertx = Vertx.vertx();
        try (var subject = start.with(scenario.settings())) {
            return scenario.run(new Stage(vertx, subject.api(), image));
        } finally {
            Client.await(vertx.close());
        }
    }
}
