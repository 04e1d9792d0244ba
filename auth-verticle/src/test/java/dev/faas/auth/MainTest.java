package dev.faas.auth;

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

/** Runs auth-service as a separate process. */
class MainTest {
    private record Ended(int code, String out, String err) {}

    @TempDir
    Path directory;

    @Test
    void givenHelpWhenRunThenTheSettingsAreListed() throws Exception {
        var ended = run(Map.of(), "--help");

        assertThat(ended.code()).isZero();
        assertThat(ended.out()).contains("FAAS_PG_URL", "FAAS_NATS_URL", "FAAS_ACCESS_TOKEN_LIFETIME");
    }

    @Test
    void givenNoPostgresWhenRunThenItExitsNamingIt() throws Exception {
        var ended = run(Map.of(
                "FAAS_PG_URL", "postgres://127.0.0.1:" + ReservedPort.free() + "/faas", "FAAS_START_TIMEOUT", "500ms"));

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err())
                .contains("auth-service could not start: postgres")
                .contains("FAAS_PG_URL");
    }

    @Test
    void givenNoNatsWhenRunThenItExitsNamingIt() throws Exception {
        try (var backends = Backends.withoutStreams(directory)) {
            var role = backends.postgres.role("auth");

            var ended = run(Map.of(
                    "FAAS_PG_URL", backends.postgres.url(),
                    "FAAS_PG_USER", role.user(),
                    "FAAS_PG_PASSWORD", role.password(),
                    "FAAS_NATS_URL", "nats://127.0.0.1:" + ReservedPort.free(),
                    "FAAS_START_TIMEOUT", "500ms"));

            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.err())
                    .contains("auth-service could not start: nats")
                    .contains("FAAS_NATS_URL")
                    .doesNotContain(role.password());
        }
    }

    @Test
    void givenANewSigningKeyWhenRunThenItIsInTheDatabaseAndSignsLater() throws Exception {
        try (var service = RunningService.start(directory)) {
            var role = service.backends.postgres.role("auth");

            var ended = run(
                    NewSigningKey.class,
                    Map.of(
                            "FAAS_PG_URL", service.backends.postgres.url(),
                            "FAAS_PG_USER", role.user(),
                            "FAAS_PG_PASSWORD", role.password()));

            assertThat(ended.code()).as(ended.err()).isZero();
            assertThat(ended.out()).contains(" signs from ");
            assertThat(service.backends.number(
                            "select count(*) from auth.signing_key where signs_from > now() + interval '4 minutes'"))
                    .isEqualTo(1);
        }
    }

    private Ended run(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        return run(Main.class, environment, args);
    }

    private Ended run(Class<?> program, Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        var out = directory.resolve("out");
        var err = directory.resolve("err");
        var line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        line.addAll(List.of(args));
        var builder = new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
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
