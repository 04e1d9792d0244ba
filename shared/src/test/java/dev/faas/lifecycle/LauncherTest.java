package dev.faas.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LauncherTest {
    @TempDir
    Path folder;

    private Path err;
    private Process process;

    @BeforeEach
    void choose() {
        err = folder.resolve("err");
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    @Test
    void whenTerminatedThenItStopsInOrderAndTheExitCodeIs0() throws Exception {
        start("good");
        var out = process.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).isEqualTo("ready");

        process.toHandle().destroy();

        assertThat(out.readLine()).isEqualTo("farewell");
        assertThat(exitCode()).isZero();
        assertThat(Files.readString(err)).contains("INFO  sample-service Program sample-service is stopping");
    }

    @Test
    void whenADependencyIsMissingThenTheMessageIsOnStderrAndTheExitCodeIs1() throws Exception {
        start("bad");

        assertThat(exitCode()).isEqualTo(1);
        assertThat(Files.readString(err)).contains("good weather is not there").doesNotContain("\tat ");
    }

    @Test
    void whenTheConfigurationIsWrongThenTheExitCodeIs2() throws Exception {
        start("");

        assertThat(exitCode()).isEqualTo(2);
        assertThat(Files.readString(err)).contains("SAMPLE_MOOD is required");
    }

    @Test
    void whenAskedForHelpThenTheExitCodeIs0() throws Exception {
        start("", "--help");

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("SAMPLE_MOOD");
        assertThat(exitCode()).isZero();
    }

    @Test
    void whenAnEventHasSeveralLinesOrControlCharactersThenItsLogHasOneAndNone() throws Exception {
        start("odd");
        assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");
        process.toHandle().destroy();

        assertThat(exitCode()).isZero();
        assertThat(Files.readAllLines(err))
                .allMatch(line -> line.matches("[0-9T:.-]{23}Z (INFO |WARN ) sample-service .*"))
                .anyMatch(line -> line.contains("WARN  sample-service odd two\\u000alines \\u001b[2J\\u009b1m\\u007f"
                        + " java.lang.IllegalStateException: no | reason\\u0007 | at "));
    }

    private void start(String mood, String... args) throws IOException {
        var command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                SampleService.class.getName()));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("SAMPLE_MOOD", mood);
        process = builder.start();
    }

    private int exitCode() throws InterruptedException {
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
