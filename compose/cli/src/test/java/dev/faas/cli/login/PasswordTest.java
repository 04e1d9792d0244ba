package dev.faas.cli.login;

import static dev.faas.cli.login.ClientHome.ME;
import static dev.faas.cli.login.ClientHome.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.StubServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A new password, by the current one, by a code, or with an invitation. */
class PasswordTest extends HomeFixture {
    private static final String CHANGE = "/v1/auth/password";
    private static final String RESET = "/v1/auth/password/reset";
    private static final String ME_PATH = "/v1/auth/me";
    private static final String REGISTER = "/v1/auth/register";

    private ClientRun run(String input, String line) {
        return ClientHome.run(home.setup(), input, line.formatted(server.url()).split(" "));
    }

    private List<String> bodies(String path) {
        return server.received().stream()
                .filter(call -> call.path().equals(path))
                .map(StubServer.Received::body)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"old one\nnew one\n", "old one\nnew one", "old one\r\nnew one\r\n"})
    void aScriptGivesBothPasswordsInTwoLines(String input) {
        home.logIn(server, "a1", "r1", 300);
        server.on("POST", CHANGE, 204, "");

        assertThat(run(input, "password --password-stdin"))
                .isEqualTo(new ClientRun(
                        0, "", "The password is changed. All other logins have ended. API keys stay: faas key list\n"));
        assertThat(bodies(CHANGE)).containsExactly("{\"currentPassword\":\"old one\",\"newPassword\":\"new one\"}");
        assertThat(server.received().getLast().header("Authorization")).isEqualTo("Bearer a1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "only-one\n", "one\ntwo\nthree\n"})
    void notTwoLinesAreRefused(String input) {
        home.logIn(server, "a1", "r1", 300);

        assertThat(run(input, "password --password-stdin"))
                .isEqualTo(new ClientRun(
                        2, "", "faas: standard input must have two lines: the current password and the new one\n"));
        assertThat(server.received()).isEmpty();
    }

    /** It is no reason for a refresh. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | {"code":"invalid_credentials","detail":"The name or the password is wrong."} | 3 | the current password is wrong (invalid_credentials)
            403 | {"code":"forbidden","detail":"No API key may make this call. Log in."} | 6 | No API key may make this call. Log in. (forbidden)
            """)
    void aRefusalIsExplained(int status, String problem, int exit, String text) {
        home.logIn(server, "a1", "r1", 300);
        server.on("POST", CHANGE, status, problem);

        assertThat(run("a\nb", "password --password-stdin")).isEqualTo(new ClientRun(exit, "", "faas: " + text + "\n"));
        assertThat(server.received()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'password reset', --code",
        "'password reset --code X', --password-stdin",
        "'password', --password-stdin",
    })
    void asksOnATerminalOnly(String line, String flag) {
        home.logIn(server, "a1", "r1", 300);

        assertThat(home.run(line.split(" ")))
                .isEqualTo(new ClientRun(2, "", "faas: there is no terminal to ask on\nGive it by " + flag + ".\n"));
    }

    @Test
    void nobodyIsAskedForAPasswordWhoIsNotLoggedIn() {
        assertThat(run("a\nb", "password --password-stdin").exit()).isEqualTo(3);
    }

    @Test
    void aCodeSetsThePasswordWithoutALogin() {
        server.on("POST", RESET, 204, "");

        assertThat(run("new one\n", "password reset %s --code C1 --password-stdin"))
                .isEqualTo(new ClientRun(0, "", "The password is set. Log in: faas login " + server.url() + "\n"));
        assertThat(bodies(RESET)).containsExactly("{\"code\":\"C1\",\"newPassword\":\"new one\"}");
        assertThat(server.received().getLast().header("Authorization")).isNull();
        assertThat(home.run("context", "list", "-o", "name").out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            403 | {"code":"code_invalid","detail":"This code was used."} | 6 | This code was used. (code_invalid)
            400 | {"code":"invalid_request","errors":[{"field":"newPassword","message":"must have 8 to 256 characters"}]} | 2 | invalid password (invalid_request)
            """)
    void aRefusedResetSaysWhy(int status, String problem, int exit, String text) {
        server.on("POST", RESET, status, problem);

        var run = run("short", "password reset %s --code C1 --password-stdin");

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.err()).startsWith("faas: " + text + "\n");
        assertThat(run.err().contains("the new one must have 8 to 256 characters"))
                .isEqualTo(status == 400);
    }

    @Test
    void anAccountIsDeletedAfterAYesWithThePasswordAndItsLoginIsForgotten() {
        home.logIn(server, "a1", "r1", 300);
        server.on("GET", ME_PATH, 200, ME)
                .on("DELETE", ME_PATH, 401, "{\"code\":\"invalid_credentials\",\"detail\":\"Wrong.\"}")
                .on("DELETE", ME_PATH, 202, "");

        assertThat(run("secret", "account delete --password-stdin").err()).contains("--yes");
        assertThat(bodies(ME_PATH)).containsExactly("");
        assertThat(run("wrong", "account delete --yes --password-stdin"))
                .isEqualTo(new ClientRun(3, "", "faas: the password is wrong (invalid_credentials)\n"));
        assertThat(run("secret", "account delete --yes --password-stdin"))
                .isEqualTo(new ClientRun(
                        0, "", "Deleted anna at %s. Its data is being removed.\n".formatted(server.url())));
        assertThat(bodies(ME_PATH)).last().isEqualTo("{\"currentPassword\":\"secret\"}");
        assertThat(home.run("whoami").exit()).isEqualTo(3);
    }

    @Test
    void anInvitationIsSent() {
        server.on("POST", REGISTER, 201, ME).on("POST", "/v1/auth/login", 200, tokens("a1", "r1", 300));

        assertThat(run("secret", "register %s -u anna --password-stdin --invitation I1")
                        .exit())
                .isZero();
        assertThat(bodies(REGISTER))
                .containsExactly("{\"username\":\"anna\",\"password\":\"secret\",\"invitation\":\"I1\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            200 | {"registration":"invitation"} | with an invitation only | faas admin invitation create | --invitation CODE
            200 | {"registration":"closed"} | takes no registrations | faas admin user create NAME | faas password reset
            503 | {} | with an invitation only | faas admin invitation create | --invitation CODE
            """)
    void aClosedRegistrationSaysHowToGetAnAccount(int status, String methods, String text, String ask, String then) {
        server.on("POST", REGISTER, 403, "{\"code\":\"registration_closed\",\"detail\":\"Closed.\"}")
                .on("GET", "/v1/auth/methods", status, methods);

        var run = run("secret", "register %s -u anna --password-stdin");

        assertThat(run.exit()).isEqualTo(6);
        assertThat(run.err())
                .contains(server.url(), text, ask, then, "(registration_closed)", "./faas admin create NAME");
    }
}
