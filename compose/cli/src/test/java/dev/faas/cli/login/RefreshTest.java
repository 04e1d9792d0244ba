package dev.faas.cli.login;

import static dev.faas.cli.login.ClientHome.ME;
import static dev.faas.cli.login.ClientHome.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Exit;
import dev.faas.cli.StubServer;
import dev.faas.cli.Terminal;
import dev.faas.cli.http.RetryLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A refresh token that is used twice ends its login. */
@Timeout(60)
class RefreshTest extends HomeFixture {
    private static final String REFRESH = "/v1/auth/refresh";

    private List<String> refreshes() {
        return server.received().stream()
                .filter(call -> call.path().equals(REFRESH))
                .map(StubServer.Received::body)
                .toList();
    }

    private List<String> bearers(String path) {
        return server.received().stream()
                .filter(call -> call.path().equals(path))
                .map(call -> String.valueOf(call.header("Authorization")))
                .toList();
    }

    @Test
    void anExpiredTokenIsRefreshedAndTheNewOneIsKept() {
        home.logIn(server, "a1", "r1", 0);
        server.on("GET", "/v1/auth/me", 200, ME).on("POST", REFRESH, 200, tokens("a2", "r2", 300));

        assertThat(home.run("whoami").exit()).isZero();
        assertThat(home.run("whoami").exit()).isZero();

        assertThat(refreshes()).containsExactly("{\"refresh_token\":\"r1\"}");
        assertThat(bearers(REFRESH)).containsExactly("null");
        assertThat(bearers("/v1/auth/me")).containsExactly("Bearer a2", "Bearer a2");
    }

    @Test
    void aRefusedTokenIsRefreshedOnce() {
        home.logIn(server, "a1", "r1", 300);
        server.on("GET", "/v1/auth/me", 401, "{\"code\":\"unauthenticated\",\"detail\":\"No.\"}")
                .on("POST", REFRESH, 200, tokens("a2", "r2", 300));

        assertThat(home.run("whoami"))
                .isEqualTo(new ClientRun(Exit.NOT_LOGGED_IN, "", "faas: No. (unauthenticated)\n"));
        assertThat(bearers("/v1/auth/me")).containsExactly("Bearer a1", "Bearer a2");
        assertThat(refreshes()).hasSize(1);
    }

    @Test
    void aDamagedTimeIsOver() throws Exception {
        home.logIn(server, "a1", "r1", 300);
        var login = Files.readString(home.loginFile());
        Files.writeString(home.loginFile(), login.replaceAll("(\"expiresAt\"[^\"]*\")[^\"]*", "$1soon"));
        server.on("GET", "/v1/auth/me", 200, ME).on("POST", REFRESH, 200, tokens("a2", "r2", 300));

        assertThat(home.run("whoami").exit()).isZero();
        assertThat(bearers("/v1/auth/me")).containsExactly("Bearer a2");
    }

    @Test
    void noRefreshForAnotherRefusal() {
        home.logIn(server, "a1", "r1", 300);
        server.on("GET", "/v1/auth/me", 401, "{\"code\":\"invalid_credentials\"}");

        assertThat(home.run("whoami").exit()).isEqualTo(Exit.NOT_LOGGED_IN);
        assertThat(refreshes()).isEmpty();
    }

    @Test
    void aRefusedRefreshEndsTheLogin() {
        home.logIn(server, "a1", "r1", 0);
        server.on("POST", REFRESH, 401, "{\"code\":\"unauthenticated\",\"detail\":\"Used before.\"}");

        assertThat(home.run("whoami"))
                .isEqualTo(new ClientRun(
                        Exit.NOT_LOGGED_IN,
                        "",
                        "faas: your login to %s has ended\nLog in again: faas login\n".formatted(server.url())));
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void aPlatformThatIsUnavailableDoesNotEndTheLogin() {
        home.logIn(server, "a1", "r1", 0);
        server.on("POST", REFRESH, 503, "{\"code\":\"unavailable\",\"detail\":\"Later.\"}")
                .on("POST", REFRESH, 200, tokens("a2", "r2", 300))
                .on("GET", "/v1/auth/me", 200, ME);

        assertThat(home.run("whoami", "--retry-for", "0s"))
                .isEqualTo(new ClientRun(Exit.UNAVAILABLE, "", "faas: Later. (unavailable)\n"));
        assertThat(home.run("whoami").exit()).isZero();
    }

    /** Answers the first refresh when there is a second one, or after a time that is enough for one. */
    private void answersOneRefresh() {
        var second = new CountDownLatch(2);
        server.on("GET", "/v1/auth/me", 200, ME)
                .on("POST", REFRESH, exchange -> {
                    second.countDown();
                    try {
                        var unused = second.await(1, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    StubServer.answer(exchange, 200, tokens("a2", "r2", 300));
                })
                .on("POST", REFRESH, exchange -> {
                    second.countDown();
                    StubServer.answer(exchange, 401, "{}");
                });
    }

    @Test
    void twoThreadsRefreshOnce() throws Exception {
        home.logIn(server, "a1", "r1", 0);
        answersOneRefresh();
        var terminal = new Terminal(
                false, false, false, 80, true, Map.of("HOME", home.folder().toString()));
        var api = Access.of(terminal, null, null, RetryLimits.DEFAULT, null).open();

        try (var threads = Executors.newFixedThreadPool(2)) {
            var one = threads.submit(() -> api.get("/v1/auth/me"));
            var two = threads.submit(() -> api.get("/v1/auth/me"));
            assertThat(one.get().text("username")).isEqualTo("anna");
            assertThat(two.get().text("username")).isEqualTo("anna");
        }

        assertThat(refreshes()).hasSize(1);
        assertThat(bearers("/v1/auth/me")).containsExactly("Bearer a2", "Bearer a2");
    }

    @Test
    void twoClientsRefreshOnce() throws Exception {
        home.logIn(server, "a1", "r1", 0);
        answersOneRefresh();

        var clients = List.of(whoami(), whoami());
        for (var client : clients) {
            try {
                assertThat(client.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(client.exitValue()).isZero();
            } finally {
                client.destroyForcibly();
            }
        }

        assertThat(refreshes()).hasSize(1);
        assertThat(bearers("/v1/auth/me")).containsExactly("Bearer a2", "Bearer a2");
    }

    private Process whoami() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var client =
                new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "dev.faas.cli.Main", "whoami");
        client.environment().keySet().removeIf(name -> name.startsWith("FAAS_") || name.startsWith("XDG_"));
        client.environment().put("HOME", home.folder().toString());
        return client.redirectErrorStream(true).start();
    }
}
