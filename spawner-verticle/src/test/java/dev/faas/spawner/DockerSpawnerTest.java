package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.spawner.docker.DockerEngine;
import dev.faas.spawner.docker.TestEngines;
import dev.faas.spawner.docker.TestImages;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.run.EngineRequests;
import dev.faas.wire.FunctionSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the whole spawner with a real NATS and real containers. */
@Tag("docker")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DockerSpawnerTest {
    @AutoClose
    private static TestImages images;

    private final String platformId = "test-" + UUID.randomUUID();
    private Platform platform;

    @BeforeAll
    static void load() {
        images = new TestImages(TestImages.dockerHost());
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        platform.close();
        try (var engine = engine("observer")) {
            assertThat(engine.listContainers()).isEmpty();
        }
    }

    private DockerEngine engine(String spawner) throws Exception {
        return TestEngines.open(TestImages.dockerHost(), platformId, spawner);
    }

    private static FunctionSpec script(String script) {
        return Specs.limits(images.script(script), 60, 1024, 1024);
    }

    @Test
    void givenAnArgument_whenItRunsInAContainer_thenResultLogAndUsageAreInTheRecord() throws Exception {
        platform.dockerSpawner(platformId, "real", 4, Duration.ofSeconds(10));
        var argument = " \"two\nlines\" and a ☃ ";
        var id = platform.submit(platform.function(script("printf %s \"$1\"; echo loading >&2")), argument);

        var ended = platform.ended(id);

        var report = ended.report();
        assertThat(report.status()).isEqualTo(Status.SUCCEEDED);
        assertThat(report.output().result()).isEqualTo(argument);
        assertThat(platform.output(id, ended.runId(), Source.STDERR))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("loading\n");
        assertThat(report.usage().durationMs()).isLessThan(30_000);
        assertThat(report.usage().startedAt()).isBetween(ended.claimedAt(), report.finishedAt());
    }

    @Test
    void givenARunThatDoesNotEnd_whenTheSpawnerStops_thenItsContainerIsGoneAndAnotherRunsItAgain() throws Exception {
        var first = platform.dockerSpawner(platformId, "first", 4, Duration.ofMillis(500));
        var function = platform.function(script("echo begun; sleep 5; echo done"));
        var id = platform.submit(function, "");
        Platform.until(
                "it writes", () -> Platform.get(platform.events.lastOutput(id)).isPresent());

        first.stop();

        try (var engine = engine("observer")) {
            assertThat(engine.listContainers()).isEmpty();
        }
        platform.dockerSpawner(platformId, "second", 4, Duration.ofSeconds(10));
        var ended = platform.ended(id);
        assertThat(ended.report().output().result()).isEqualTo("begun\ndone\n");
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(ended.worker().spawner()).isEqualTo("second");
    }

    @Test
    void givenAContainerThatEndsInMidRun_whenTheNextOneDoesToo_thenItIsTheFunctionsFailure() throws Exception {
        platform.dockerSpawner(platformId, "real", 4, Duration.ofSeconds(10));
        var function = platform.function(script("echo begun; exec sleep 600"));
        var id = platform.submit(function, "");

        killContainers(id);
        Platform.until(
                "its retry is due",
                () -> platform.parked(id)
                        && platform.state(id) instanceof Queued queued
                        && queued.remainingWait(Instant.now()).isZero());
        platform.enqueue(function, id); // as the registry does
        killContainers(id);

        var ended = platform.ended(id);
        assertThat(ended.platformFaults()).isEqualTo(1);
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(ended.report().reason()).isEqualTo(Reason.SIGNAL);
        assertThat(ended.report().exit().detail()).startsWith("Its container ended during the run");
    }

    /** When the current run has written something. */
    private void killContainers(String id) throws Exception {
        Platform.until(
                "it writes",
                () -> platform.state(id) instanceof Running run
                        && !platform.chunks(id, run.runId()).isEmpty());
        try (var engine = engine("observer")) {
            engine.listContainers()
                    .forEach(container ->
                            images.docker().killContainerCmd(container.id()).exec());
        }
    }

    @Test
    void givenAContainerOfAFormerIncarnation_whenTheSpawnerStarts_thenItIsReaped() throws Exception {
        try (var former = engine("restarted");
                var sandbox =
                        former.boot(EngineRequests.sandboxSpec(new FunctionKey("fn_x", "f", 1), script("sleep 600")))) {
            var request = new RunRequest(
                    "a", "", Map.of(), Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofMinutes(1));
            var run = Thread.ofVirtual().start(() -> sandbox.run(request, new RecordedOutput()));
            Platform.until(
                    "its container is there", () -> !former.listContainers().isEmpty());

            platform.dockerSpawner(platformId, "restarted", 1, Duration.ofSeconds(1));

            Platform.until(
                    "its container is gone", () -> former.listContainers().isEmpty());
            assertThat(run.join(Duration.ofSeconds(30))).isTrue();
        }
    }
}
