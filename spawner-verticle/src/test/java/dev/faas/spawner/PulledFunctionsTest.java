package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.spawner.docker.RegistryGate;
import dev.faas.spawner.docker.TestImages;
import dev.faas.spawner.docker.TestRegistry;
import dev.faas.testing.Records;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.ImagePin;
import dev.faas.wire.Subjects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the whole spawner with images that are only in a registry: real NATS, containers and pulls. */
@Tag("docker")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PulledFunctionsTest {
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final String platformId = "test-" + UUID.randomUUID();
    private TestImages images;
    private TestRegistry registry;
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        images = new TestImages(TestImages.dockerHost());
        registry = TestRegistry.start(directory);
        platform = Platform.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        platform.close();
        images.unloadPulled(platformId);
        images.close();
        registry.close();
    }

    @Test
    void givenASlowRegistry_whenAFunctionIsCalled_thenItsStatesShowThePullAndItsEndShowsTheDigest() throws Exception {
        var pushed = echo("slow");
        try (var gate = new RegistryGate(registry)) {
            var released = gate.slow();
            platform.dockerSpawner(platformId, "real", 2, GRACE);
            var function = platform.function(Specs.of(gate.reference(pushed)));
            var id = platform.submit(function, "");
            Platform.until(
                    "its state tells of the pull",
                    () -> platform.state(id) instanceof Running running
                            && String.valueOf(running.waitsFor()).contains(" MB"));
            released.countDown();

            var report = platform.ended(id).report();
            assertThat(report.status())
                    .as(String.valueOf(report.exit().detail()))
                    .isEqualTo(Status.SUCCEEDED);
            assertThat(report.output().result()).isEqualTo("slow\n");
            assertThat(report.container().imageDigest())
                    .isEqualTo(pin(function).digest())
                    .isNotNull();
            assertThat(platform.history(id).getLast().currentStatus()).isEqualTo(Status.SUCCEEDED);
        }
    }

    @Test
    void givenATagThatMoves_whenAnotherSpawnerRunsTheFunction_thenItRunsWhatTheFirstOneRanUntilItIsUpdated()
            throws Exception {
        var tag = echo("old");
        var first = platform.dockerSpawner(platformId, "first", 2, GRACE);
        var function = platform.function(Specs.of(tag));
        var before = platform.ended(platform.submit(function, "")).report();
        first.stop();
        images.unloadPulled(platformId); // the other spawner's host never had it
        registry.publish(
                images, BusyboxImage.running("/bin/sh", "-c", "echo new").unique(), "faas-test/moves", "1");
        platform.dockerSpawner(platformId, "second", 2, GRACE);

        var after = platform.ended(platform.submit(function, "")).report();
        var updated = platform.ended(platform.submit(updated(function), "")).report();

        assertThat(before.output().result()).isEqualTo("old\n");
        assertThat(after.output().result()).isEqualTo("old\n");
        assertThat(after.container().imageDigest())
                .isEqualTo(before.container().imageDigest())
                .isNotNull();
        assertThat(updated.output().result()).isEqualTo("new\n");
        assertThat(updated.container().imageDigest())
                .isNotEqualTo(before.container().imageDigest())
                .isNotNull();
    }

    @Test
    void givenARegistryThatFails_whenAFunctionIsCalled_thenItEndsWithTheReasonInOurOwnWords() throws Exception {
        var pushed = echo("failing");
        try (var gate = new RegistryGate(registry)) {
            gate.failing(500);
            platform.dockerSpawner(platformId, "real", 2, GRACE);

            var report = platform.ended(platform.submit(platform.function(Specs.of(gate.reference(pushed))), ""))
                    .report();

            assertThat(report.reason()).isEqualTo(Reason.IMAGE_PULL_FAILED);
            assertThat(report.exit().detail())
                    .contains("its registry could not be reached, has failed")
                    .doesNotContain("500");
        }
    }

    @Test
    void givenALogin_whenAnImageIsPulledAndAllIsLogged_thenTheLoginIsNot(@TempDir Path directory) throws Exception {
        var log = directory.resolve("spawner.log");
        try (var closed = TestRegistry.withLogin(directory)) {
            var image = closed.publish(images, BusyboxImage.running("/bin/true").unique(), "faas-test/private", "1");
            var config = Files.writeString(directory.resolve("config.json"), closed.config());
            var settings = Map.of("FAAS_DOCKER_CONFIG", config.toString(), "FAAS_LOG_LEVEL", "TRACE");
            try (var spawner = SpawnerProcess.start(platformId, "talkative", 1, platform.server.url(), log, settings)) {
                var report = platform.ended(platform.submit(platform.function(Specs.of(image)), ""))
                        .report();
                assertThat(report.status())
                        .as(String.valueOf(report.exit().detail()))
                        .isEqualTo(Status.SUCCEEDED);
                spawner.stop();
            }
        }
        var logged = Files.readString(log);
        assertThat(logged.contains(" DEBUG ") && logged.contains("image pull started"))
                .isTrue();
        assertThat(TestRegistry.secrets().stream().filter(logged::contains)).isEmpty();
        assertThat(logged.contains("X-Registry-Auth")).isFalse(); // contains the login in another form
    }

    private String echo(String word) throws InterruptedException {
        return registry.publish(
                images, BusyboxImage.running("/bin/sh", "-c", "echo " + word).unique(), "faas-test/moves", "1");
    }

    private ImagePin pin(FunctionRevision function) throws Exception {
        var put = Platform.get(platform.nats.kv(Subjects.IMAGES).get(ImagePin.key(function.id(), function.revision())));
        return Codec.decode(put.orElseThrow().value().bytes(), ImagePin.class);
    }

    private static FunctionRevision updated(FunctionRevision function) {
        return Records.with(function, "revision", function.revision() + 1, "imageDigest", null);
    }
}
