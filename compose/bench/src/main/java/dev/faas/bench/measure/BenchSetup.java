package dev.faas.bench.measure;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Starts platforms for scenarios.
 *
 * @param image whose entrypoint is busybox's echo
 * @param program the command that users start the platform with; null if unknown
 * @param count size of a scenario, instead of its default
 */
public record BenchSetup(
        Subject.Start start, String image, @Nullable Path program, OptionalInt count) {
    /** A measurement on a running platform; blocks. */
    public interface Measurement {
        Report run(ScenarioContext context) throws Exception;
    }

    /** Measures on a temporary platform in this process. */
    public Report onPlatform(Map<String, String> settings, int spawners, Measurement measurement) throws Exception {
        var vertx = Vertx.vertx();
        try (var subject = start.start(settings, spawners)) {
            return measurement.run(new ScenarioContext(vertx, subject.api(), subject.natsConfig(), image, count));
        } finally {
            Client.await(vertx.close());
        }
    }
}
