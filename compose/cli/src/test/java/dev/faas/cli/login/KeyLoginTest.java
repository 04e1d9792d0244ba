package dev.faas.cli.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Exit;
import dev.faas.cli.StubServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An API key in place of a login: nothing refreshes it. */
class KeyLoginTest extends HomeFixture {
    private static final String KEY = "faas_0123456789abcdefghijklmnopqrstuvwxyz";
    private static final String ID = "key_06b7gd98g07rk4q3v8x2m5n9ta";
    private static final String ME = """
            {"userId":"usr_1","username":"anna","key":{"keyId":"%s","project":"usr_1","scopes":["read","invoke"]}}""".formatted(ID);
    private static final String REFUSAL = "{\"code\":\"unauthenticated\",\"detail\":\"No.\"}";

    private ClientRun logIn() {
        return ClientHome.run(home.setup(), KEY + "\n", "login", server.url(), "--token-stdin");
    }

    @Test
    void aKeyIsUsedForEachCallAndIsSaidToBeOne() {
        server.on("GET", "/v1/auth/me", 200, ME).on("GET", "/v1/functions", 200, "{\"items\":[],\"next\":null}");

        assertThat(logIn())
                .isEqualTo(new ClientRun(
                        0, "", "Logged in to %s as anna by the API key %s.\n".formatted(server.url(), ID)));
        assertThat(home.run("fn", "list").exit()).isZero();
        assertThat(home.run("whoami"))
                .isEqualTo(new ClientRun(
                        0, "anna at %s\nAPI key %s, scopes: read, invoke\n".formatted(server.url(), ID), ""));
        assertThat(home.run("whoami", "-o", "name").out()).isEqualTo("anna\n");
        assertThat(server.received())
                .hasSize(4)
                .allSatisfy(call -> assertThat(call.header("Authorization")).isEqualTo("Bearer " + KEY));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKeyThatIsOverSaysSoAndIsNotRefreshed(boolean fromEnvironment) {
        server.on("GET", "/v1/auth/me", 200, ME).on("GET", "/v1/functions", 401, REFUSAL);
        logIn();
        var setup =
                fromEnvironment ? home.setup().with("FAAS_TOKEN", KEY).with("FAAS_URL", server.url()) : home.setup();

        assertThat(setup.run("fn", "list")).isEqualTo(new ClientRun(Exit.NOT_LOGGED_IN, "", """
                        faas: this API key is unknown, has expired or was deleted (unauthenticated)
                        Make another one: faas login, then faas key create NAME. Use it: faas login --token-stdin, or FAAS_TOKEN.
                        """));
        assertThat(server.received())
                .extracting(StubServer.Received::path)
                .containsExactly("/v1/auth/me", "/v1/functions?limit=100");
    }

    @Test
    void aRefusedKeyIsNotKept() throws Exception {
        server.on("GET", "/v1/auth/me", 401, REFUSAL);

        assertThat(logIn().err()).startsWith("faas: this API key is unknown");
        assertThat(home.files()).isEmpty();
    }

    @Test
    void aLogoutSaysThatTheKeyIsStillValid() {
        server.on("GET", "/v1/auth/me", 200, ME);
        logIn();

        assertThat(home.run("logout"))
                .isEqualTo(new ClientRun(
                        0,
                        "",
                        "Logged out of %s.\nThe API key is still valid. Delete it: faas login, then faas key delete KEY\n"
                                .formatted(server.url())));
    }

    @Test
    void debuggingDoesNotPrintTheKey() {
        server.on("GET", "/v1/auth/me", 200, ME);
        logIn();

        assertThat(home.run("whoami", "--debug").err())
                .contains("Authorization: ***")
                .doesNotContain(KEY);
    }
}
