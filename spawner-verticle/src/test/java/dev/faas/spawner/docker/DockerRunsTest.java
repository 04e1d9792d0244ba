package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.Outcome;
import dev.faas.spawner.engine.OutputSink;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxSpec.Network;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.NotStartable;
import dev.faas.spawner.engine.Termination.Cancelled;
import dev.faas.spawner.engine.Termination.Exited;
import dev.faas.testing.Records;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs in real containers: what a function can see, write and use. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DockerRunsTest {

    private static final RunRequest REQUEST = EngineFixture.request("argument", Duration.ofMinutes(1));

    @AutoClose
    private static TestImages images;

    private final RecordedOutput output = new RecordedOutput();
    private DockerEngine engine;

    @BeforeAll
    static void load() {
        images = new TestImages(TestImages.dockerHost());
    }

    @BeforeEach
    void open() throws Exception {
        engine = TestEngines.open(TestEngines.config());
    }

    @AfterEach
    void nothingIsLeftBehind() throws EngineFault {
        try (var last = engine) {
            assertThat(last.listContainers()).isEmpty();
        }
    }

    @Test
    void givenASinkThatBlocks_whenCancelled_thenTheRunStillEnds() throws Exception {
        var reached = new CountDownLatch(1);
        OutputSink stuck = (stream, bytes, offset, length) -> {
            reached.countDown();
            new CompletableFuture<Void>().join();
        };
        try (var sandbox = engine.boot(EngineFixture.spec(images.script("yes")));
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var outcome = executor.submit(() -> sandbox.run(REQUEST, stuck));
            assertThat(reached.await(30, TimeUnit.SECONDS)).isTrue();
            sandbox.cancel();

            assertThat(outcome.get(60, TimeUnit.SECONDS).termination()).isEqualTo(new Cancelled());
        }
    }

    @Test
    void givenAnOrdinaryFunction_whenItLooksAround_thenItIsConfined() throws Exception {
        var image = images.script("""
            echo "stdin=$(wc -c)"
            echo "init=$(cat /proc/1/comm)"
            grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status
            echo "core=$(ulimit -c)"
            echo "interfaces=$(ls /sys/class/net | tr '\\n' ' ')"
            printf '#!/bin/sh\\necho executable' > /tmp/script && chmod 755 /tmp/script && /tmp/script
            stat -c 'tmp=%a' /tmp
            """);
        run(EngineFixture.spec(image));

        assertThat(output.stdoutText()
                        .lines()
                        .map(line -> line.replaceAll("\\s+", " ").strip()))
                .contains(
                        "stdin=0",
                        "init=init",
                        "CapEff: 0000000000000000",
                        "CapBnd: 0000000000000000",
                        "NoNewPrivs: 1",
                        "Seccomp: 2",
                        "core=0",
                        "executable",
                        "tmp=1777");
        assertThat(output.stdoutText()).contains("interfaces=lo").doesNotContain("eth0");
    }

    @Test
    void givenOutbound_whenRun_thenThereIsANetwork() throws Exception {
        run(Records.with(EngineFixture.spec(images.script("ls /sys/class/net")), "network", Network.OUTBOUND));

        assertThat(output.stdoutText()).contains("eth0");
    }

    @Test
    void givenAReadOnlyRoot_whenRun_thenOnlyTmpAndShmAreWritable() throws Exception {
        var image = images.script(
                "touch /tmp/a && echo tmp; touch /dev/shm/a && echo shm; for d in / /bin /dev /.faas; do touch $d/a &&"
                        + " echo $d; done");
        run(Records.with(EngineFixture.spec(image), "readOnlyRoot", true));

        assertThat(output.stdoutText()).isEqualTo("tmp\nshm\n");
    }

    @Test
    void givenVolumesOfTheImage_whenRunByAnyUser_thenTheyAreWritableAndLeaveNothing() throws Exception {
        var image = images.load(
                BusyboxImage.running("/bin/sh", "-c", "touch /data/a /cache/b && grep -c ' tmpfs' /proc/mounts")
                        .withVolumes("/data", "/cache")
                        .withUser("nobody"));
        var before = volumes();
        var outcome = run(EngineFixture.spec(image));

        assertThat(outcome.termination()).isEqualTo(new Exited(0));
        assertThat(volumes()).isEqualTo(before);
    }

    @Test
    void givenUserAndWorkdirOfTheImage_whenRun_thenTheyHold() throws Exception {
        var image = images.load(BusyboxImage.running("/bin/sh", "-c", "id -un; pwd; echo $FROM_IMAGE")
                .withUser("nobody")
                .withWorkdir("/some/where"));
        run(EngineFixture.spec(image));

        assertThat(output.stdoutText()).isEqualTo("nobody\n/some/where\nyes\n");
    }

    @Test
    void givenAnUnknownUser_whenBooted_thenItIsNotStartable() throws Exception {
        var image = images.load(BusyboxImage.running("/bin/echo").withUser("ghost"));

        assertThatThrownBy(() -> engine.boot(EngineFixture.spec(image)))
                .isInstanceOf(NotStartable.class)
                .hasMessage("unable to find user ghost: no matching entries in passwd file");
    }

    @Test
    void givenNoCommand_whenBooted_thenTheArgumentIsNotExecuted() throws Exception {
        var spec = EngineFixture.spec(images.load(BusyboxImage.bare()));

        assertThatThrownBy(() -> engine.boot(spec))
                .isInstanceOf(NotStartable.class)
                .hasMessageContaining("names a command");
    }

    @Test
    void givenOnlyACommandInTheImage_whenRun_thenTheArgumentFollowsIt() throws Exception {
        var outcome = run(EngineFixture.spec(images.load(BusyboxImage.bare().withCommand("/bin/echo", "-n", "cmd"))));

        assertThat(outcome.termination()).isEqualTo(new Exited(0));
        assertThat(output.stdoutText()).isEqualTo("cmd argument");
    }

    @Test
    void givenEntrypointAndCommandOfTheFunction_whenRun_thenTheyReplaceTheImages() throws Exception {
        var image = images.load(BusyboxImage.running("/bin/false").withCommand("no"));
        run(Records.with(
                EngineFixture.spec(image),
                "program",
                new SandboxSpec.Program(
                        image, List.of("/bin/printf"), List.of("%s-%s", "from the function"), Map.of())));

        assertThat(output.stdoutText()).isEqualTo("from the function-argument");
    }

    @Test
    void givenARunUnderWay_whenInspected_thenItsBoundsAreSet() throws Exception {
        try (var sandbox = engine.boot(EngineFixture.spec(images.script("printf started; exec sleep 600")));
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var outcome = executor.submit(() -> sandbox.run(REQUEST, output));
            output.awaitFirst();
            var container = images.docker()
                    .inspectContainerCmd(engine.listContainers().getFirst().id())
                    .exec();
            sandbox.cancel();
            outcome.get(60, TimeUnit.SECONDS);

            assertThat(container.getConfig().getHealthcheck().getTest()).containsExactly("NONE");
            var host = container.getHostConfig();
            assertThat(host.getMemory()).isEqualTo(32L << 20);
            assertThat(host.getMemorySwap()).isEqualTo(32L << 20);
            assertThat(host.getPidsLimit()).isEqualTo(64);
            assertThat(host.getNanoCPUs()).isEqualTo(1_000_000_000);
            assertThat(host.getIpcMode()).isEqualTo("private");
            assertThat(host.getLogConfig().getType().getType()).isEqualTo("none");
        }
    }

    private Outcome run(SandboxSpec spec) throws SandboxUnavailable {
        try (var sandbox = engine.boot(spec)) {
            return sandbox.run(REQUEST, output);
        }
    }

    private static List<String> volumes() {
        return images.docker().listVolumesCmd().exec().getVolumes().stream()
                .map(volume -> volume.getName())
                .filter(name -> !name.startsWith("faas-"))
                .sorted()
                .toList();
    }
}
