package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxSpec.Network;
import dev.faas.spawner.engine.Termination.Exited;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several runs in one container: nothing of a run reaches the next one. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReusedRunsTest {
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
    private static SandboxSpec spec() {
        var image = images.load(BusyboxImage.running("/bin/sh", "-c"));
        return new SandboxSpec(
                EngineFixture.revision(image),
                new SandboxSpec.Program(image, null, null, Map.of()),
                new SandboxSpec.Limits(64, 1, 64),
                Network.NONE,
                false,
                true);
    }

    private static String run(Sandbox sandbox, String script) {
        var output = new RecordedOutput();
        var outcome = sandbox.run(EngineFixture.request(script, EngineFixture.LONG), output);
        assertThat(outcome.termination()).as(output.stderrText()).isEqualTo(new Exited(0));
        return output.stdoutText();
    }

    @Test
    void givenManyRuns_whenOneAfterTheOther_thenEachIsAFreshProcessInTheSameContainer() throws Exception {
        try (var sandbox = engine.boot(spec())) {
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
        var look = "ls -lA /tmp /dev/shm; echo \"[$SECRET]\"; ulimit -n; umask; pwd; stat -c %a /tmp";
        try (var sandbox = engine.boot(spec())) {
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
        try (var sandbox = engine.boot(spec())) {
            assertThat(run(sandbox, script)).contains("one");
            assertThat(sandbox.resetForReuse()).isTrue();

            assertThat(run(sandbox, "printf two; ps -o comm | grep -c -E 'sleep' || true"))
                    .isEqualTo("two0\n");
        }
    }

    @Test
    void givenAnythingButTmp_whenWritten_thenItIsReadOnly() throws Exception {
        try (var sandbox = engine.boot(spec())) {
            assertThat(run(
                            sandbox,
                            "for d in / /bin /etc /dev /.faas; do touch $d/x 2>/dev/null && echo $d; done; true"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill -SEGV $$", "exec tail /dev/zero"})
    void givenARunThatWasKilled_whenOver_thenItsContainerIsNotReused(String script) throws Exception {
        try (var sandbox = engine.boot(spec())) {
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
