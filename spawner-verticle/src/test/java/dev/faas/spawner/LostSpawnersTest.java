package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Spawners;
import dev.faas.activation.Status;
import dev.faas.spawner.docker.DockerEngine;
import dev.faas.spawner.docker.TestEngines;
import dev.faas.spawner.docker.TestImages;
import dev.faas.spawner.engine.OwnContainer;
import dev.faas.testing.FaultyLink;
import dev.faas.wire.FunctionRevision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills, freezes and cuts off spawner processes on one Docker host: another spawner ends their work and removes their containers. */
@Tag("docker")
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LostSpawnersTest {
    /** Until the dead spawner is detected and its work found, with a margin for a slow machine. */
    private static final Duration TAKEN_OVER = Duration.ofSeconds(75);

    private static final Duration REAPED = Duration.ofSeconds(60);

    private final String platformId = "test-" + UUID.randomUUID();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Platform platform;
    private TestImages images;
    private Path logs;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory.resolve("nats"));
        images = new TestImages(TestImages.dockerHost());
        logs = Files.createDirectory(directory.resolve("logs"));
    }

    @AfterEach
    void stop() throws Exception {
        for (var each : open) {
            each.close();
        }
        platform.close();
        try (var engine = observer()) {
            for (var left : engine.listContainers()) {
                engine.remove(left.id());
            }
        }
        images.close();
    }

    private DockerEngine observer() throws Exception {
        return TestEngines.open(TestImages.dockerHost(), platformId, "observer");
    }

    private SpawnerProcess spawner(String name, int slots, String natsUrl) throws Exception {
        var process = SpawnerProcess.start(platformId, name, slots, natsUrl, logs.resolve(name));
        open.add(process);
        return process;
    }

    /** Starts a spawner with one slot and occupies it with the given activation. */
    private SpawnerProcess busy(String name, String natsUrl, FunctionRevision function, String id) throws Exception {
        var process = spawner(name, 1, natsUrl);
        platform.enqueue(function, id);
        Platform.until(
                name + " runs it",
                Duration.ofSeconds(60),
                () -> platform.state(id) instanceof Running running
                        && running.worker().spawner().equals(name));
        return process;
    }

    private String accepted(FunctionRevision function, Instant end) throws Exception {
        return platform.accept(
                        function,
                        Long.toString(end.getEpochSecond()),
                        Instant.now().plusSeconds(600))
                .record()
                .id();
    }

    private List<OwnContainer> containersOf(String... spawners) throws Exception {
        try (var engine = observer()) {
            return engine.listContainers().stream()
                    .filter(container -> List.of(spawners).contains(container.spawner()))
                    .toList();
        }
    }

    @Test
    void givenSpawnersKilledFrozenAndCutOff_whenAnotherLives_thenItEndsTheirWorkOnceAndNoContainerStays()
            throws Exception {
        // The command ends by itself at that time, on any spawner.
        var end = Instant.now().plusSeconds(60);
        var function = platform.function(Specs.limits(
                images.script(
                        "while [ \"$(/bin/busybox date +%s)\" -lt \"$1\" ]; do /bin/busybox sleep 1; done; echo ended"),
                300,
                1,
                1));
        var ids = List.of(accepted(function, end), accepted(function, end), accepted(function, end));
        var cable = FaultyLink.to(platform.server.port());
        open.add(cable);
        var killed = busy("killed", platform.server.url(), function, ids.get(0));
        var frozen = busy("frozen", platform.server.url(), function, ids.get(1));
        busy("cut-off", "nats://127.0.0.1:" + cable.port(), function, ids.get(2));
        Platform.until(
                "each has its container",
                () -> containersOf("killed", "frozen", "cut-off").size() == 3);
        spawner("survivor", 4, platform.server.url());

        var gone = Instant.now();
        killed.signal("KILL");
        frozen.signal("STOP");
        cable.refuse();

        for (var id : ids) {
            Platform.until("the end of " + id, TAKEN_OVER, () -> platform.state(id) instanceof Ended);
            var ended = (Ended) platform.state(id);
            assertThat(ended.report().status()).isEqualTo(Status.SUCCEEDED);
            assertThat(ended.worker().spawner()).isEqualTo("survivor");
            assertThat(ended.attempt()).isEqualTo(1);
            assertThat(ended.platformFaults()).isEqualTo(1);
            assertThat(Duration.between(gone, ended.claimedAt()))
                    .as("known to be dead, and 30 s more")
                    .isLessThan(Spawners.DEAD_AFTER.plusSeconds(30));
        }
        frozen.signal("CONT");
        cable.restore();

        Platform.until(
                "no container stays",
                REAPED,
                () -> containersOf("killed", "frozen", "cut-off").isEmpty());
        for (var id : ids) {
            assertThat(platform.history(id).stream().filter(Ended.class::isInstance))
                    .hasSize(1);
            Platform.until("its command is gone", () -> !platform.queued(function, id));
        }
    }
}
