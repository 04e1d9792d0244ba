package dev.faas.bench.measure;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What there is to measure with.
 *
 * @param image whose entrypoint is busybox's echo
 * @param program what starts the platform as its users do; null where that is not known
 * @param count of whatever a scenario has many of, in place of its own
 */
public record BenchSetup(
        Subject.Start start, String image, @Nullable Path program, OptionalInt count) {
    /** What is done on a platform; blocks. */
    public interface Play {
        Report run(ScenarioContext stage) throws Exception;
    }

    /** On a platform in this process, gone afterwards. */
    public Report with(Map<String, String> settings, int spawners, Play play) throws Exception {
        var vertx = Vertx.vertx();
        try (var subject = start.with(settings, spawners)) {
            return play.run(new ScenarioContext(vertx, subject.api(), subject.bus(), image, count));
        } finally {
            Client.await(vertx.close());
        }
    }
}
