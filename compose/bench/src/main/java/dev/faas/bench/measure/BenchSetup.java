package dev.faas.bench.measure;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Starts platforms for scenarios.
 *
 * @param image whose entrypoint is busybox's echo
 * @param program the command that users start the platform with; null if unknown
 */
public record BenchSetup(
        Subject.Start start, String image, @Nullable Path program, Size size) {
    /**
     * Sizes of scenarios, instead of their defaults.
     *
     * @param count of what a scenario is made of
     * @param seconds length of a measured phase
     */
    public record Size(OptionalInt count, OptionalInt seconds) {
        public Duration phase(Duration usual) {
            return seconds.isPresent() ? Duration.ofSeconds(seconds.getAsInt()) : usual;
        }
    }

    /** A measurement on a running platform; blocks. */
    public interface Measurement {
        Report run(ScenarioContext context) throws Exception;
    }

    /** Measures on a temporary platform in this process. */
    public Report onPlatform(Map<String, String> settings, int spawners, Measurement measurement) throws Exception {
        var vertx = Vertx.vertx();
        try (var subject = start.start(settings, spawners)) {
            return measurement.run(new ScenarioContext(vertx, subject, image, size));
        } finally {
            Client.await(vertx.close());
        }
    }
}
