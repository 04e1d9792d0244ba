package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.HostConfig;
import dev.faas.spawner.docker.client.Labels;
import dev.faas.spawner.docker.init.InitProgram;
import dev.faas.spawner.docker.init.InitVolume;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.Termination.Exited;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The volume that all spawners of a host share: it is repaired after damage, and removed by the last spawner. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class InitVolumeTest {

    @AutoClose
    private static TestImages images;

    private static SandboxSpec spec;

    private final String platform = "test-" + UUID.randomUUID();

    /** Damage to the init program in the volume. */
    enum Damage {
        TRUNCATED,
        OVERWRITTEN,
        NOT_EXECUTABLE,
        A_FOLDER
    }

    @BeforeAll
    static void load() {
        images = new TestImages(TestImages.dockerHost());
        spec = EngineFixture.spec(images.script("exit 0"));
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(volumes()).isEmpty();
    }

    private ContainerEngine engine(String spawner) throws Exception {
        return TestEngines.open(TestImages.dockerHost(), platform, spawner);
    }

    /** With any labels. */
    private List<String> volumes() {
        return images.docker().listVolumesCmd().exec().getVolumes().stream()
                .map(InspectVolumeResponse::getName)
                .filter(name -> name.contains(platform))
                .toList();
    }

    private static void runs(ContainerEngine engine) throws Exception {
        try (var sandbox = engine.boot(spec)) {
            var outcome = sandbox.run(EngineFixture.request("", EngineFixture.LONG), new RecordedOutput());
            assertThat(outcome.termination()).isEqualTo(new Exited(0));
        }
    }

    @Test
    void givenARemovedVolume_whenTheNextSandboxBoots_thenItIsCreatedAgainAndRemovedWithTheSpawner() throws Exception {
        try (var engine = engine("one")) {
            runs(engine);
            images.docker().removeVolumeCmd(volumes().getFirst()).exec();

            runs(engine);
            assertThat(volumes()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void givenADamagedVolume_whenTheNextSandboxBoots_thenInitIsRepaired(Damage damage) throws Exception {
        try (var engine = engine("one")) {
            runs(engine);
            damage(volumes().getFirst(), damage);

            runs(engine);
        }
    }

    /** Through a container that is never started, like the filling. */
    private static void damage(String volume, Damage damage) throws EngineFault {
        var filler = images.docker()
                .createContainerCmd(spec.program().image())
                .withHostConfig(HostConfig.newHostConfig().withMounts(List.of(InitVolume.mount(volume, "x", false))))
                .exec()
                .getId();
        try {
            var contents = InitProgram.of(images.docker().infoCmd().exec().getArchitecture())
                    .bytes();
            var damaged = switch (damage) {
                case TRUNCATED ->
                    new TestTar().file("init", InitProgram.MODE, Arrays.copyOf(contents, contents.length / 2));
                case OVERWRITTEN -> new TestTar().file("init", InitProgram.MODE, new byte[contents.length]);
                case NOT_EXECUTABLE -> new TestTar().file("init", 0400, contents);
                case A_FOLDER -> new TestTar().directory("init", 0755);
            };
            images.docker()
                    .copyArchiveToContainerCmd(filler)
                    .withRemotePath(InitVolume.MOUNT)
                    .withTarInputStream(new ByteArrayInputStream(damaged.bytes()))
                    .exec();
        } finally {
            images.docker().removeContainerCmd(filler).exec();
        }
    }

    @Test
    void givenTwoSpawners_whenOneStops_thenTheVolumeStaysUntilTheOtherStops() throws Exception {
        try (var stays = engine("stays");
                var sandbox = stays.boot(spec)) {
            try (var goes = engine("goes")) {
                runs(goes);
            }
            assertThat(volumes()).hasSize(1);
            assertThat(sandbox.isAlive()).isTrue();
        }
    }

    /**
     * The spawners also start together, so that each finds the volume empty. Each removes the containers of all, as a
     * reaper may do at the same time.
     */
    @RepeatedTest(10)
    void givenManySpawners_whenTheyStartAndStopTogether_thenEachBootsAndTheVolumeIsRemoved() throws Exception {
        int spawners = 4;
        var together = new CountDownLatch(spawners);
        var stopped = new ArrayList<Future<?>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < spawners; i++) {
                var name = "spawner-" + i;
                stopped.add(executor.submit(() -> {
                    try (var engine = engine(name);
                            var sandbox = engine.boot(spec)) {
                        assertThat(sandbox.isAlive()).isTrue();
                        together.countDown();
                        assertThat(together.await(60, TimeUnit.SECONDS)).isTrue();
                        for (var container : engine.listContainers()) {
                            engine.remove(container.id());
                        }
                    } finally {
                        together.countDown(); // a spawner that failed must not block the others
                    }
                    return null;
                }));
            }
            for (var each : stopped) {
                each.get(90, TimeUnit.SECONDS);
            }
        }
        assertThat(volumes()).isEmpty();
        assertThat(images.docker()
                        .listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of(Labels.PLATFORM, platform))
                        .exec())
                .isEmpty();
    }
}
