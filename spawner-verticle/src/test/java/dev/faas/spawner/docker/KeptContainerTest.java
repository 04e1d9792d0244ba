package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Report;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.Termination.Exited;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionSpec.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several runs in one container: nothing of a run reaches the next one. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class KeptContainerTest {
    @AutoClose
    private static TestImages images;

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

    /** Its image runs the argument as a shell script. */
    private static SandboxSpec spec(Mode mode) {
        return spec(mode, BusyboxImage.running("/bin/sh", "-c"));
    }

    private static SandboxSpec spec(Mode mode, BusyboxImage runningShell) {
        return spec(mode, images.load(runningShell));
    }

    private static SandboxSpec spec(Mode mode, String image) {
        return Records.with(EngineFixture.spec(image), "limits", new SandboxSpec.Limits(64, 1, 64), "mode", mode);
    }

    private static String run(Sandbox sandbox, String script) {
        var output = new RecordedOutput();
        var outcome = sandbox.run(EngineFixture.request(script, EngineFixture.LONG), output);
        assertThat(outcome.termination()).as(output.stderrText()).isEqualTo(new Exited(0));
        return output.stdoutText();
    }

    @ParameterizedTest
    @EnumSource(names = {"NESTED", "REUSED"})
    void givenManyRuns_whenOneAfterTheOther_thenEachIsAFreshProcessInTheSameContainer(Mode mode) throws Exception {
        try (var sandbox = engine.boot(spec(mode))) {
            assertThat(sandbox.describe()).isEqualTo(new Report.Container(null, mode, null));
            for (int i = 0; i < 50; i++) {
                assertThat(run(sandbox, "printf %s " + i)).isEqualTo(String.valueOf(i));
                assertThat(sandbox.resetForReuse()).isTrue();
            }
            assertThat(engine.listContainers()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo secret > /tmp/a; mkdir -p /tmp/b/c/d; echo secret > /tmp/b/c/d/e; chmod 0 /tmp/b",
                "echo secret > /dev/shm/a",
                "export SECRET=secret; ulimit -n 17; umask 077; cd /tmp",
            })
    void givenTracesInFilesOrSettings_whenTheNextRunLooks_thenThereAreNone(String traces) throws Exception {
        for (var mode : List.of(Mode.NESTED, Mode.REUSED)) {
            leaveAndLook(mode, traces);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ISOLATED", "NESTED", "REUSED"})
    void givenAProgramThatTakesNoArgument_whenItRuns_thenItsCommandLineHasNoFurtherElement(Mode mode) throws Exception {
        var counts = images.load(BusyboxImage.running("/bin/sh", "-c").withCommand("printf %s $#", "sh"));
        var spec = Records.with(
                spec(mode, counts),
                "program",
                new SandboxSpec.Program(counts, null, null, Map.of(), false, false, false));
        try (var sandbox = engine.boot(spec)) {
            assertThat(run(sandbox, "")).isEqualTo("0");
            if (sandbox.keepsContainer()) {
                assertThat(sandbox.resetForReuse()).isTrue();
                assertThat(run(sandbox, "dropped")).isEqualTo("0");
            }
        }
        var taking = List.of("/bin/sh", "-c", "printf %s $#", "sh");
        try (var sandbox = engine.boot(spec(mode, images.load(BusyboxImage.running(taking.toArray(String[]::new)))))) {
            assertThat(run(sandbox, "")).as("the empty argument is an element").isEqualTo("1");
        }
    }

    private void leaveAndLook(Mode mode, String traces) throws Exception {
        var look = "ls -lA /tmp /dev/shm; echo \"[$SECRET]\"; ulimit -n; umask; pwd; stat -c %a /tmp";
        try (var sandbox = engine.boot(spec(mode))) {
            var before = run(sandbox, look);
            assertThat(sandbox.resetForReuse()).isTrue();
            run(sandbox, traces);
            assertThat(sandbox.resetForReuse()).isTrue();

            assertThat(run(sandbox, look)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(setsid sh -c 'while :; do echo late; done' &); printf one",
                "(sh -c 'sleep 1; echo late' &) ; printf one",
                "(setsid sh -c 'trap \"\" TERM HUP; sleep 600' > /dev/null 2>&1 &); printf one",
            })
    void givenWritersThatOutliveTheirRun_whenTheNextRuns_thenNothingOfThemReachesIt(String script) throws Exception {
        for (var mode : List.of(Mode.NESTED, Mode.REUSED)) {
            try (var sandbox = engine.boot(spec(mode))) {
                assertThat(run(sandbox, script)).contains("one");
                assertThat(sandbox.resetForReuse()).isTrue();

                assertThat(run(sandbox, "printf two; ps -o comm | grep -c -E 'sleep' || true"))
                        .isEqualTo("two0\n");
            }
        }
    }

    @Test
    void givenANestedRunThatWritesMuch_whenManyFollow_thenNoneIsKilledForTheMemoryOfAnother() throws Exception {
        try (var sandbox = engine.boot(spec(Mode.NESTED))) {
            for (int i = 0; i < 30; i++) {
                assertThat(run(sandbox, "ls /full 2>/dev/null; head -c 10000000 /dev/zero > /full && printf ok"))
                        .isEqualTo("ok");
                assertThat(sandbox.resetForReuse()).isTrue();
            }
        }
    }

    /** More volumes than init mounts. */
    @Test
    void givenAnImageThatCannotRunNested_whenItRuns_thenItGetsANewContainerAndTheReasonIsReported() throws Exception {
        var volumes = IntStream.range(0, 70).mapToObj(i -> "/data" + i).toArray(String[]::new);
        var spec = spec(Mode.NESTED, BusyboxImage.running("/bin/sh", "-c").withVolumes(volumes));
        for (int i = 0; i < 2; i++) {
            try (var sandbox = engine.boot(spec)) {
                assertThat(sandbox.describe().mode()).isEqualTo(Mode.ISOLATED);
                assertThat(sandbox.describe().modeFallback()).contains("the mounts below the root: No space left");
                assertThat(run(sandbox, "echo x > /written && printf ok")).isEqualTo("ok");
                assertThat(sandbox.resetForReuse()).isFalse();
            }
        }
        assertThat(engine.nestedRefusal()).isEmpty(); // this host can
    }

    @Test
    void givenAHostThatRefusesMounts_whenANestedFunctionRuns_thenItGetsANewContainerAndTheHostIsReported(
            @TempDir Path directory) throws Exception {
        var profile = Files.writeString(directory.resolve("seccomp.json"), """
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO"}]}""");
        try (var daemon = OwnDocker.start("--seccomp-profile=" + profile);
                var itsImages = new TestImages(daemon.host());
                var itsEngine = TestEngines.open(daemon.host(), "p-refusing", "s")) {
            var image = itsImages.load(BusyboxImage.running("/bin/sh", "-c"));
            try (var sandbox = itsEngine.boot(spec(Mode.NESTED, image))) {
                assertThat(sandbox.describe().mode()).isEqualTo(Mode.ISOLATED);
                assertThat(sandbox.describe().modeFallback()).contains("Operation not permitted");
                assertThat(run(sandbox, "printf ok")).isEqualTo("ok");
            }
            assertThat(itsEngine.nestedRefusal()).isPresent();
        }
    }

    @Test
    void givenAnythingButTmp_whenWritten_thenItIsReadOnly() throws Exception {
        try (var sandbox = engine.boot(spec(Mode.REUSED))) {
            assertThat(run(
                            sandbox,
                            "for d in / /bin /etc /dev /.faas; do touch $d/x 2>/dev/null && echo $d; done; true"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill -SEGV $$", "exec tail /dev/zero"})
    void givenARunThatWasKilled_whenOver_thenItsContainerIsNotReused(String script) throws Exception {
        try (var sandbox = engine.boot(spec(Mode.REUSED))) {
            sandbox.run(
                    new RunRequest("a1", script, Map.of(), EngineFixture.LONG, EngineFixture.GRACE, EngineFixture.LONG),
                    new RecordedOutput());

            assertThat(sandbox.resetForReuse()).isFalse();
        }
    }

    @Test
    void givenAFunctionInIsolatedMode_whenItsRunIsOver_thenItsContainerIsNotReused() throws Exception {
        try (var sandbox = engine.boot(EngineFixture.spec(images.script("exit 0")))) {
            sandbox.run(EngineFixture.request("", EngineFixture.LONG), new RecordedOutput());

            assertThat(sandbox.resetForReuse()).isFalse();
        }
    }
}
