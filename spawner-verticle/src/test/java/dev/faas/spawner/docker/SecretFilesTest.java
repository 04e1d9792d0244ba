package dev.faas.spawner.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.RecordedOutput;
import dev.faas.spawner.engine.RunRequest;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxSpec.Network;
import dev.faas.spawner.engine.SecretValues;
import dev.faas.spawner.engine.Termination;
import dev.faas.spawner.engine.Termination.Exited;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionSpec.Mode;
import dev.faas.wire.SecretRef;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How a run in a container gets its secrets, and that the next run there does not. */
@Tag("docker")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SecretFilesTest {
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

    private static SandboxSpec spec(Mode mode, BusyboxImage shell, boolean readOnly) {
        var image = images.load(shell);
        return new SandboxSpec(
                EngineFixture.revision(image),
                new SandboxSpec.Program(image, null, null, Map.of(), true, true, false),
                new SandboxSpec.Limits(32, 1, 64),
                Network.NONE,
                readOnly,
                mode);
    }

    private static BusyboxImage shell() {
        return BusyboxImage.running("/bin/sh", "-c");
    }

    private static Termination end(Sandbox sandbox, String script, SecretValues secrets, RecordedOutput output) {
        return sandbox.run(
                        new RunRequest(
                                "a1",
                                script,
                                Map.of(),
                                secrets,
                                EngineFixture.LONG,
                                EngineFixture.GRACE,
                                EngineFixture.LONG),
                        output)
                .termination();
    }

    private static String run(Sandbox sandbox, String script, SecretValues secrets) {
        var output = new RecordedOutput();
        assertThat(end(sandbox, script, secrets, output))
                .as(output.stderrText())
                .isEqualTo(new Exited(0));
        return output.stdoutText();
    }

    private static SecretValues secrets(Map<String, String> variables, Map<String, String> files) {
        return new SecretValues(bytes(variables), bytes(files));
    }

    private static Map<String, byte[]> bytes(Map<String, String> texts) {
        var all = new HashMap<String, byte[]>();
        texts.forEach((name, text) -> all.put(name, text.getBytes(UTF_8)));
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "ISOLATED, '', 0:0, false",
        "NESTED, '', 0:0, false",
        "REUSED, '', 0:0, true",
        "ISOLATED, 4711:4712, 4711:4712, false",
        "NESTED, 4711:4712, 4711:4712, false",
        "REUSED, 4711:4712, 4711:4712, true",
        "NESTED, 4711:4712, 4711:4712, true"
    })
    void givenSecrets_whenARunLooks_thenItsUserAloneReadsTheFiles_andTheNextRunFindsNothing(
            Mode mode, String user, String owner, boolean readOnly) throws Exception {
        var spec = spec(mode, user.isEmpty() ? shell() : shell().withUser(user), readOnly);
        var look = "ls /run/secrets; stat -c '%a %u:%g' /run/secrets/*; cat /run/secrets/db; echo \" $PASSWORD\"";
        try (var sandbox = engine.boot(spec)) {
            assertThat(sandbox.describe().mode()).isEqualTo(mode);
            assertThat(run(
                            sandbox,
                            look,
                            secrets(Map.of("PASSWORD", "in the variable"), Map.of("db", "in the file", "empty", ""))))
                    .isEqualTo("db\nempty\n400 %1$s\n400 %1$s\nin the file in the variable\n".formatted(owner));
            if (sandbox.keepsContainer()) {
                assertThat(sandbox.resetForReuse()).isTrue();
                assertThat(run(sandbox, "ls -A /run/secrets; echo \"[$PASSWORD]\"", SecretValues.NONE))
                        .isEqualTo("[]\n");
                assertThat(sandbox.resetForReuse()).isTrue();
                assertThat(run(sandbox, "cat /run/secrets/*", secrets(Map.of(), Map.of("db", "the next version"))))
                        .isEqualTo("the next version");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ISOLATED", "NESTED", "REUSED"})
    void givenTheLargestSecrets_whenARunGetsThem_thenTheyAreWhole(Mode mode) throws Exception {
        var files = new HashMap<String, byte[]>();
        var each = new byte[SecretRef.MAX_TOTAL_BYTES / SecretRef.MAX_COUNT];
        each[1] = (byte) 0xff;
        for (int i = 0; i < SecretRef.MAX_COUNT; i++) {
            files.put("s" + i, each);
        }
        var variables = Map.of("LARGE", "x".repeat(65_536).getBytes(UTF_8));
        try (var sandbox = engine.boot(spec(mode, shell(), false))) {
            assertThat(run(sandbox, "cat /run/secrets/* | wc -c", new SecretValues(Map.of(), files)))
                    .isEqualTo(SecretRef.MAX_TOTAL_BYTES + "\n");
        }
        try (var sandbox = engine.boot(spec(mode, shell(), false))) {
            assertThat(run(sandbox, "printf %s \"$LARGE\" | wc -c", new SecretValues(variables, Map.of())))
                    .isEqualTo("65536\n");
        }
    }

    /** Its volume is a tmpfs too. */
    @ParameterizedTest
    @CsvSource({"ISOLATED, /run", "NESTED, /run", "REUSED, /run", "NESTED, /run/secrets"})
    void givenAnImageWithAVolumeThere_whenItRuns_thenTheSecretsAreInTheirFolder(Mode mode, String volume)
            throws Exception {
        try (var sandbox = engine.boot(spec(mode, shell().withVolumes(volume), false))) {
            assertThat(sandbox.describe().mode()).isEqualTo(mode);
            assertThat(run(sandbox, "cat /run/secrets/db", secrets(Map.of(), Map.of("db", "value"))))
                    .isEqualTo("value");
        }
    }

    /** The platform never sends so much. */
    @ParameterizedTest
    @EnumSource(names = {"ISOLATED", "NESTED", "REUSED"})
    void givenMoreThanTheFolderHolds_whenARunGetsIt_thenItDoesNotStart(Mode mode) throws Exception {
        var files = new HashMap<String, byte[]>();
        for (int i = 0; i <= SecretRef.MAX_COUNT; i++) {
            files.put("s" + i, new byte[1]);
        }
        try (var sandbox = engine.boot(spec(mode, shell(), false))) {
            assertThat(end(sandbox, "echo ran", new SecretValues(Map.of(), files), new RecordedOutput()))
                    .isEqualTo(new Termination.StartFailed(
                            "the secrets cannot be written to /run/secrets: No space left on device"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ISOLATED", "NESTED", "REUSED"})
    void givenARunWithSecrets_whenItsContainerIsInspected_thenNoValueIsThere(Mode mode) throws Exception {
        var output = new RecordedOutput();
        try (var sandbox = engine.boot(spec(mode, shell(), false))) {
            var name = engine.listContainers().getFirst().id();
            var ended = Thread.ofVirtual()
                    .start(() -> end(
                            sandbox,
                            "echo begun; sleep 600",
                            secrets(Map.of("A", "planted-value"), Map.of("db", "planted-value")),
                            output));
            Await.until("it has begun", () -> output.stdoutText().contains("begun"));

            assertThat(DockerCli.output("inspect", name))
                    .contains("/run/secrets")
                    .doesNotContain("planted-value");
            assertThat(DockerCli.output("top", name, "-e", "-o", "pid,args")).doesNotContain("planted-value");

            sandbox.cancel();
            assertThat(ended.join(EngineFixture.LONG)).isTrue();
        }
    }

    /** A file that a function leaves in the place of a secret leads nowhere. */
    @ParameterizedTest
    @EnumSource(names = {"NESTED", "REUSED"})
    void givenARunThatLeavesLinksInTheFolder_whenTheNextGetsSecrets_thenTheyAreFilesOfItsOwn(Mode mode)
            throws Exception {
        try (var sandbox = engine.boot(spec(mode, shell(), false))) {
            run(
                    sandbox,
                    "cd /run/secrets && echo x > y && /bin/busybox ln -s /tmp/z db && chmod 0 . ; true",
                    SecretValues.NONE);
            assertThat(sandbox.resetForReuse()).isTrue();

            assertThat(run(
                            sandbox,
                            "ls -A /run/secrets /tmp; cat /run/secrets/db",
                            secrets(Map.of(), Map.of("db", "value"))))
                    .isEqualTo("/run/secrets:\ndb\n\n/tmp:\nvalue");
        }
    }
}
