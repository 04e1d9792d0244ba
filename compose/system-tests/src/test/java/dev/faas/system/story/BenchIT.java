package dev.faas.system.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.bench.Bench;
import dev.faas.bench.measure.BenchSetup;
import dev.faas.standalone.BusyboxImage;
import dev.faas.standalone.MeasuredPlatform;
import dev.faas.wire.Codec;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the benchmark scenarios work, at a small size. Speed is not tested, because it depends on the machine. */
class BenchIT {
    @TempDir
    private Path directory;

    @Test
    void everyStreamGetsItsEndAndSlowReadersHaveAllThoughTheyWereCutOff() throws Exception {
        var report = run("sse", 50);

        assertThat(held(report, "streams that got their end")).isTrue();
        assertThat(held(report, "slow readers")).isTrue();
        assertThat(report.path("rows").get(1).path("count").asInt()).isEqualTo(50);
    }

    @Test
    void writtenHistoryGoesThroughProjectorAndPruner() throws Exception {
        var report = run("history", 300);

        // The scenario checks each response, and waits until the event stream is pruned.
        assertThat(report.path("rows")).hasSize(10);
        assertThat(figure(report, "event stream after pruning")).isLessThan(64);
    }

    @Test
    void theScenarioOfScaleReportsEachOfItsTargets() throws Exception {
        var reports = reports("scale", new BenchSetup.Size(OptionalInt.of(100), OptionalInt.of(2)));

        assertThat(reports).hasSize(4);
        assertThat(reports.findValuesAsText("target")).contains("P12", "P13", "P14", "P15");
    }

    private JsonNode run(String scenario, int count) throws Exception {
        return reports(scenario, new BenchSetup.Size(OptionalInt.of(count), OptionalInt.empty()))
                .get(0);
    }

    private JsonNode reports(String scenario, BenchSetup.Size size) throws Exception {
        var json = directory.resolve(scenario);
        var quiet = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try (var image = BusyboxImage.create("faas-bench/it:1", "echo")) {
            new Bench(MeasuredPlatform::start, image.name(), null, size, quiet).run(List.of(scenario), json);
        }
        return Codec.readTree(Files.readAllBytes(json)).path("reports");
    }

    private static boolean held(JsonNode report, String what) {
        for (var verdict : report.path("verdicts")) {
            if (verdict.path("wanted").asText().startsWith(what)) {
                return verdict.path("held").asBoolean();
            }
        }
        throw new AssertionError("no verdict on " + what);
    }

    private static double figure(JsonNode report, String what) {
        for (var figure : report.path("figures")) {
            if (figure.path("what").asText().contains(what)) {
                return figure.path("value").asDouble();
            }
        }
        throw new AssertionError("no figure of " + what);
    }
}
