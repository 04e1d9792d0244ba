package dev.faas.auth;

import static dev.faas.auth.Answers.assertProblem;
import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.auth.admin.Registration;
import dev.faas.auth.admin.RegistrationRules;
import dev.faas.config.Profile;
import dev.faas.testing.HttpAnswer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may register, and who becomes an admin. */
class RegistrationTest {
    private static final String PASSWORD = "correct horse battery";

    @TempDir
    static Path directory;

    private static Backends backends;
    private static Vertx vertx;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.start(directory);
        vertx = Vertx.vertx();
        on(Registration.OPEN, false, client -> {}); // migrates
    }

    @AfterAll
    static void stop() throws Exception {
        await(vertx.close());
        backends.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        backends.run("delete from auth.invitation; delete from auth.account;"
                + " update auth.setting set registration = null, chosen = false, first_started_at = now()");
    }

    private static void on(Registration registration, boolean firstIsAdmin, Backends.Story story) throws Exception {
        Backends.serve(vertx, config(backends, registration, firstIsAdmin), story);
    }

    private static AuthConfig config(Backends of, Registration registration, boolean firstIsAdmin) {
        return config(of, registration, firstIsAdmin ? Profile.PRIVATE : Profile.SHARED, false);
    }

    private static AuthConfig config(Backends of, Registration registration, Profile profile, boolean given) {
        return of.config("registration", new RegistrationRules(registration, given, profile, Duration.ofMinutes(30)));
    }

    /** @param methods what {@code /v1/auth/methods} says before the first registration, and after it */
    @ParameterizedTest
    @CsvSource({
        "OPEN, true, false, open open, user+admin, user",
        "OPEN, true, true, open open, user, user",
        "OPEN, false, false, open open, user, user",
        "FIRST, true, false, first invitation, user+admin, registration_closed",
        "FIRST, true, true, invitation invitation, registration_closed, registration_closed",
        "INVITATION, false, false, invitation invitation, registration_closed, registration_closed",
        "CLOSED, false, false, closed closed, registration_closed, registration_closed"
    })
    void theFirstAndTheSecondGetWhatTheModeSays(
            Registration mode, boolean firstIsAdmin, boolean late, String methods, String first, String second)
            throws Exception {
        if (late) {
            backends.run("update auth.setting set first_started_at = now() - interval '31 minutes'");
        }
        on(mode, firstIsAdmin, client -> {
            var before = methods(client);
            assertThat(outcome(client.register("first", PASSWORD))).isEqualTo(first);
            assertThat(before + " " + methods(client)).isEqualTo(methods);
            assertThat(outcome(client.register("second", PASSWORD))).isEqualTo(second);
        });
    }

    @Test
    void closedRegistrationSaysHowToGetIn() throws Exception {
        on(Registration.INVITATION, false, client -> {
            var refused = client.register("stranger", PASSWORD);

            assertProblem(refused, 403, "registration_closed");
            assertThat(refused.json().getString("detail"))
                    .contains("ask an admin")
                    .contains("admin create");
        });
    }

    @Test
    void methodsAreThoseOfPasswordsWithoutALogin() throws Exception {
        on(
                Registration.OPEN,
                false,
                client -> assertThat(client.get("/v1/auth/methods").json()).isEqualTo(new JsonObject("""
                        {"registration": "open", "password": true}""")));
    }

    /** Unless the environment says something else; what an admin has set comes first in any case. */
    @Test
    void aPlatformThatHadAccountsBeforeStaysOpen_andNobodyBecomesAnAdmin(@TempDir Path own) throws Exception {
        try (var old = Backends.start(own)) {
            // As the version before has left it.
            var role = old.postgres.role("auth");
            Flyway.configure()
                    .dataSource(old.jdbcUrl(), role.user(), role.password())
                    .schemas("auth")
                    .locations("classpath:db/auth")
                    .target("1")
                    .load()
                    .migrate();
            old.run("insert into auth.account values ('usr_old', 'old', 'hash', '{user}', now())");
            Backends.serve(vertx, config(old, Registration.FIRST, true), client -> {
                assertThat(methods(client)).isEqualTo("open");
                assertThat(outcome(client.register("next", PASSWORD))).isEqualTo("user");
            });
            old.run("update auth.account set roles = '{user,admin}' where username = 'next'");
            Backends.serve(vertx, config(old, Registration.CLOSED, Profile.SHARED, true), client -> {
                assertThat(methods(client)).isEqualTo("closed");
                client.as(
                        client.login("next", PASSWORD).accessToken(),
                        "PATCH",
                        "/v1/admin/settings",
                        new JsonObject().put("registration", "open"));
                assertThat(methods(client)).isEqualTo("open");
            });
        }
    }

    @Test
    void anInvitationIsGoodOnceForItsNameAndUntilItsEnd_andAslongAsItsMakerIsAnAdmin() throws Exception {
        on(Registration.FIRST, true, client -> {
            client.register("boss", PASSWORD);
            var token = client.login("boss", PASSWORD).accessToken();
            var named = invite(
                    client, token, new JsonObject().put("username", "ada").put("admin", true));
            var any = invite(client, token, new JsonObject());
            var late = invite(client, token, new JsonObject());
            var orphan = invite(client, token, new JsonObject());
            backends.run("update auth.invitation set expires_at = now() where id = '" + late.getString("id") + "'");

            assertThat(outcome(register(client, "eve", "no-such-code"))).isEqualTo("invitation_invalid");
            assertThat(outcome(register(client, "eve", named.getString("code"))))
                    .isEqualTo("invitation_invalid");
            assertThat(outcome(register(client, "eve", late.getString("code")))).isEqualTo("invitation_invalid");
            // A registration that fails does not use it up.
            assertThat(outcome(register(client, "boss", any.getString("code")))).isEqualTo("username_taken");
            assertThat(outcome(register(client, "ada", named.getString("code"))))
                    .isEqualTo("user+admin");
            assertThat(outcome(register(client, "ada2", named.getString("code"))))
                    .isEqualTo("invitation_invalid");
            var body = Client.credentials("name", PASSWORD).put("invitation", any.getString("code"));
            var answers = client.atOnce(8, "/v1/auth/register", body);
            assertThat(answers.stream().collect(Collectors.groupingBy(HttpAnswer::status, Collectors.counting())))
                    .isEqualTo(Map.of(201, 1L, 403, 7L));

            backends.run("update auth.account set roles = '{user}' where username = 'boss'");
            assertThat(outcome(register(client, "late", orphan.getString("code"))))
                    .isEqualTo("invitation_invalid");
            assertThat(client.as(client.login("ada", PASSWORD).accessToken(), "GET", "/v1/admin/invitations")
                            .items())
                    .isEmpty();
        });
    }

    @Test
    void invitationsAreListedWithoutTheirCodes_andDeleted() throws Exception {
        on(Registration.FIRST, true, client -> {
            client.register("boss", PASSWORD);
            var token = client.login("boss", PASSWORD).accessToken();
            var made = invite(client, token, new JsonObject().put("expiresInHours", 1));
            var path = "/v1/admin/invitations";

            var listed = client.as(token, "GET", path);
            assertThat(listed.text()).doesNotContain(made.getString("code"));
            assertThat(listed.items()).hasSize(1);
            var withoutCode = made.copy();
            withoutCode.remove("code");
            assertThat(listed.items().getJsonObject(0)).isEqualTo(withoutCode);
            assertThat(client.as(token, "DELETE", path + "/" + made.getString("id"))
                            .status())
                    .isEqualTo(204);
            assertThat(outcome(register(client, "ada", made.getString("code")))).isEqualTo("invitation_invalid");
            assertThat(client.as(token, "GET", path).items()).isEmpty();
        });
    }

    private static JsonObject invite(Client client, String token, JsonObject body) {
        var answer = client.send("POST", "/v1/admin/invitations", body.encode(), Client.bearer(token));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json();
    }

    private static HttpAnswer register(Client client, String name, String invitation) {
        return client.post(
                "/v1/auth/register", Client.credentials(name, PASSWORD).put("invitation", invitation));
    }

    private static String methods(Client client) {
        return client.get("/v1/auth/methods").json().getString("registration");
    }

    /** Roles of the new user, or the code of the problem. */
    private static String outcome(HttpAnswer answer) {
        return answer.status() == 201
                ? answer.json().getJsonArray("roles", new JsonArray()).stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining("+"))
                : answer.code();
    }
}
