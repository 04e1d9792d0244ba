package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Info;
import dev.faas.spawner.docker.client.EngineConfig.Disk;
import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.Termination;
import dev.faas.spawner.engine.Termination.DiskFull;
import dev.faas.spawner.engine.Termination.Exited;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What containers can write to the disk of their host. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DiskTest {
    private static final int MORE_THAN_ANY_DISK_MB = Integer.MAX_VALUE;

    @AutoClose
    private static TestImages images;

    private final RecordedOutput output = new RecordedOutput();

    @BeforeAll
    static void load() {
        images = new TestImages(TestImages.dockerHost());
    }

    private static DockerEngine engine(Disk disk) throws Exception {
        return TestEngines.open(Records.with(TestEngines.config(), "disk", disk));
    }

    private Termination run(Sandbox sandbox) {
        return sandbox.run(EngineFixture.request("", EngineFixture.LONG), output)
                .termination();
    }

    @Test
    void givenAFileWithoutEnd_whenItReachesTheLimit_thenItsWriterIsKilled() throws Exception {
        var spec = EngineFixture.spec(images.script("exec dd if=/dev/zero of=/full bs=1M count=64"));
        try (var engine = engine(new Disk(false, 8, 0));
                var sandbox = engine.boot(spec)) {
            assertThat(run(sandbox)).isEqualTo(new Termination.Signalled(25, "SIGXFSZ"));
        }
    }

    @Test
    void givenAPlatformThatSaysSo_whenAFunctionWritesToItsRoot_thenItIsReadOnly() throws Exception {
        var spec = EngineFixture.spec(images.script("touch /tmp/a && touch /a"));
        try (var engine = engine(new Disk(true, 8, 0));
                var sandbox = engine.boot(spec)) {
            assertThat(run(sandbox)).isEqualTo(new Exited(1));
            assertThat(output.stderrText()).contains("Read-only file system");
        }
    }

    @Test
    void givenANearlyFullDisk_whenChecked_thenOnlyTheRunThatHasWrittenMostIsEnded() throws Exception {
        var fills = EngineFixture.spec(
                images.script("dd if=/dev/zero of=/full bs=1M count=40 2>&1; printf full; exec sleep 600"));
        var other = EngineFixture.spec(images.script("printf started; exec sleep 600"));
        var started = new RecordedOutput();
        // Sandboxes close before the executor, because its threads wait for the runs.
        try (var executor = Executors.newVirtualThreadPerTaskExecutor();
                var engine = engine(new Disk(false, 64, MORE_THAN_ANY_DISK_MB));
                var filling = engine.boot(fills);
                var harmless = engine.boot(other)) {
            var guilty = executor.submit(() -> run(filling));
            var innocent = executor.submit(() -> harmless.run(EngineFixture.request("", EngineFixture.LONG), started));
            started.awaitFirst();
            Await.until("it has written", () -> output.stdoutText().contains("full"));

            assertThat(engine.hasRoom()).isFalse();

            assertThat(guilty.get(30, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            DiskFull.class, full -> assertThat(full.detail()).contains("40 MiB"));
            assertThat(innocent.isDone()).isFalse();
            harmless.cancel();
            assertThat(innocent.get(30, TimeUnit.SECONDS).termination()).isEqualTo(new Termination.Cancelled());
        }
    }

    @Test
    void givenRoomOnTheDisk_whenChecked_thenNothingIsEnded() throws Exception {
        try (var engine = engine(new Disk(false, 64, 1))) {
            assertThat(engine.hasRoom()).isTrue();
        }
    }

    @Test
    void givenADockerWithQuotas_whenPlanned_thenAWritableRootHasOne() {
        var config = Records.with(TestEngines.config(), "disk", new Disk(false, 64, 0));
        var image = new ResolvedImage("sha256:x", Optional.empty(), List.of(), List.of(), Set.of(), "", false);
        var plan = new HardenedContainer(
                config,
                new HardenedContainer.Host(1, false),
                EngineFixture.spec("any"),
                image,
                List.of("true"),
                Optional.empty());

        var with = plan.createCommand(images.docker(), "name", "volume", true).getHostConfig();
        var without =
                plan.createCommand(images.docker(), "name", "volume", false).getHostConfig();

        assertThat(with.getStorageOpt()).isEqualTo(Map.of("size", Long.toString(64 << 20)));
        assertThat(without.getStorageOpt()).isNull();
    }

    @Test
    void givenADockerHost_whenOpened_thenOnlyADiskOfThisMachineIsWatched(@TempDir Path root) {
        var info = new Info().withDockerRootDir(root.toString());

        assertThat(DiskWatch.watchedDisk(URI.create("unix:///run/docker.sock"), info))
                .contains(root);
        assertThat(DiskWatch.watchedDisk(URI.create("tcp://10.0.0.1:2375"), info))
                .isEmpty();
        assertThat(DiskWatch.watchedDisk(URI.create("unix:///run/docker.sock"), new Info()))
                .isEmpty();
    }
}
