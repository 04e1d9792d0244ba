package dev.faas.auth;

import static dev.faas.auth.Answers.claims;
import static dev.faas.testing.Await.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.ReservedPort;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs auth-service as a separate process. */
class MainTest {
    private static final String PASSWORD = "correct horse battery";

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
            var environment = new HashMap<>(database(backends));
            environment.put("FAAS_NATS_URL", "nats://127.0.0.1:" + ReservedPort.free());
            environment.put("FAAS_START_TIMEOUT", "500ms");

            var ended = run(environment);

            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.err())
                    .contains("auth-service could not start: nats")
                    .contains("FAAS_NATS_URL")
                    .doesNotContain(environment.get("FAAS_PG_PASSWORD"));
        }
    }

    @Test
    void givenANewSigningKeyWhenRunThenItIsInTheDatabaseAndSignsLater() throws Exception {
        try (var service = RunningService.start(directory)) {
            var ended = run(NewSigningKey.class, database(service.backends));

            assertThat(ended.code()).as(ended.err()).isZero();
            assertThat(ended.out()).contains(" signs from ");
            assertThat(service.backends.number(
                            "select count(*) from auth.signing_key where signs_from > now() + interval '4 minutes'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void givenTheProgramAdminWhenRunThenItMakesPromotesResetsAndLists_andIsAudited() throws Exception {
        try (var service = RunningService.start(directory)) {
            var environment = database(service.backends);
            service.client.register("ada", PASSWORD);
            var before = service.client.login("ada", PASSWORD);

            var created = admin(environment, PASSWORD, "create", "boss", "--password-stdin");
            assertThat(created.code()).as(created.err()).isZero();
            assertThat(claims(service.client.login("boss", PASSWORD).accessToken())
                            .getJsonArray("roles"))
                    .contains("admin");

            assertThat(admin(environment, "", "promote", "ada").code()).isZero();
            eventually(() -> service.client.me(before.accessToken()).status() == 401);
            assertThat(claims(service.client.login("ada", PASSWORD).accessToken())
                            .getJsonArray("roles"))
                    .contains("admin");

            var code = admin(environment, "", "reset", "ada").out().strip();
            assertThat(service.client
                            .post(
                                    "/v1/auth/password/reset",
                                    new JsonObject().put("code", code).put("newPassword", "another password"))
                            .status())
                    .isEqualTo(204);

            assertThat(admin(environment, "", "list").out().lines())
                    .satisfiesExactly(
                            line -> assertThat(line).endsWith(" ada active user,admin"),
                            line -> assertThat(line).endsWith(" boss active user,admin"));
            assertThat(service.backends.text(
                            "select string_agg(action, ' ' order by seq) from auth.audit where actor = 'operator'"))
                    .isEqualTo("account.create account.update account.reset");

            var taken = admin(environment, PASSWORD, "create", "ada", "--password-stdin");
            assertThat(taken.code()).isEqualTo(1);
            assertThat(taken.err()).contains("There is a user 'ada'");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, usage:, ''",
        "2, usage:, 'promote ada --password-stdin'",
        "2, no terminal, 'create eve'",
        "1, the password must, 'create eve --password-stdin'",
        "1, the name must, 'create E --password-stdin'"
    })
    void givenWrongUseOfTheProgramAdminWhenRunThenItSaysSoWithoutADatabase(int code, String message, String args)
            throws Exception {
        var ended = admin(Map.of(), "short", args.isEmpty() ? new String[0] : args.split(" ", -1));

        assertThat(ended.code()).as(ended.err()).isEqualTo(code);
        assertThat(ended.err()).contains(message);
    }

    private static Map<String, String> database(Backends backends) {
        var role = backends.postgres.role("auth");
        return Map.of(
                "FAAS_PG_URL", backends.postgres.url(),
                "FAAS_PG_USER", role.user(),
                "FAAS_PG_PASSWORD", role.password());
    }

    private Ended admin(Map<String, String> environment, String input, String... args)
            throws IOException, InterruptedException {
        var in = Files.writeString(directory.resolve("in"), input);
        return run(AdminProgram.class, in, environment, args);
    }

    private Ended run(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        return run(Main.class, environment, args);
    }

    private Ended run(Class<?> program, Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        return run(program, Path.of("/dev/null"), environment, args);
    }

    private Ended run(Class<?> program, Path in, Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        var out = directory.resolve("out");
        var err = directory.resolve("err");
        var line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        line.addAll(List.of(args));
        var builder = new ProcessBuilder(line)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        if (program == Main.class) {
            builder.environment().put("FAAS_PROFILE", "private");
        }
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
