package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.ReservedPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts api-gateway as a process. */
class MainTest {
    private record Ended(int code, String out, String err) {}

    @TempDir
    Path directory;

    @Test
    void givenHelp_whenRun_thenTheSettingsAreListed() throws Exception {
        var ended = run(Map.of(), "--help");

        assertThat(ended.code()).isZero();
        assertThat(ended.out())
                .contains("FAAS_PORT", "FAAS_AUTH_PORT", "FAAS_REGISTRY_PORT", "FAAS_AUTH_URL", "FAAS_REGISTRY_URL");
    }

    @Test
    void givenAWrongSetting_whenRun_thenItExitsNamingIt() throws Exception {
        var ended = run(Map.of("FAAS_PORT", "many"));

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains("FAAS_PORT");
    }

    @Test
    void givenNoNats_whenRun_thenItExitsNamingIt() throws Exception {
        var ended =
                run(Map.of("FAAS_NATS_URL", "nats://127.0.0.1:" + ReservedPort.free(), "FAAS_START_TIMEOUT", "500ms"));

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("api-gateway could not start: nats").contains("FAAS_NATS_URL");
    }

    private Ended run(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        var out = directory.resolve("out");
        var err = directory.resolve("err");
        var line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        line.addAll(List.of(args));
        var builder = new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("FAAS_PROFILE", "private");
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
