package dev.faas.auth;

import static dev.faas.auth.Answers.assertRefused;
import static dev.faas.auth.Answers.claims;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.token.BrowserCookies;
import dev.faas.testing.HttpAnswer;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Logins whose tokens are in cookies. */
class BrowserLoginTest extends ServiceFixture {
    private static final String PATH = "/v1/auth/browser";
    private static final Pattern COOKIE =
            Pattern.compile("((?:__Secure-)?faas_(access|refresh)_[0-9a-f]{6})=([^;]*);.*");

    @Test
    void aLoginAnswersWithTheUserAndKeepsItsTokensInCookiesThatNoScriptReads() {
        client.register("browses", PASSWORD);

        var login = client.post(PATH, Client.credentials("browses", PASSWORD));

        assertThat(login.status()).as(login.text()).isEqualTo(201);
        var access = cookies(login).get("access");
        var claims = claims(value(access));
        assertThat(login.json().getJsonObject("user").getString("username")).isEqualTo("browses");
        assertThat(login.json().getString("csrfToken")).hasSizeGreaterThan(30).isEqualTo(claims.getString("csrf"));
        assertThat(Instant.parse(login.json().getString("expiresAt")).getEpochSecond())
                .isEqualTo(claims.getLong("exp"));
        assertThat(login.text())
                .doesNotContain(value(access), value(cookies(login).get("refresh")));
        assertThat(attributes(access))
                .contains("Path=/v1", "HTTPOnly", "SameSite=Strict")
                .anyMatch(each -> each.matches("Max-Age=[1-9][0-9]*"))
                .doesNotContain("Secure");
        assertThat(attributes(cookies(login).get("refresh")))
                .contains("Path=/v1/auth/browser", "HTTPOnly", "SameSite=Strict")
                .anyMatch(each -> each.matches("Max-Age=[1-9][0-9]*"));
    }

    @Test
    void afterAReloadTheSameIsAnswered() {
        client.register("reloads", PASSWORD);
        var login = client.post(PATH, Client.credentials("reloads", PASSWORD));

        var again = client.as(value(cookies(login).get("access")), "GET", PATH);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(login.json());
    }

    @Test
    void anotherLoginIsNoneOfABrowser() {
        client.register("programs", PASSWORD);
        var token = client.login("programs", PASSWORD).accessToken();

        assertThat(claims(token).containsKey("csrf")).isFalse();
        assertRefused(client.as(token, "GET", PATH), "unauthenticated");
        assertRefused(client.get(PATH), "unauthenticated");
    }

    @Test
    void aRefreshRotatesBothTokens_andASecondOneWithTheOldTokenEndsTheLogin() {
        client.register("rotates", PASSWORD);
        var login = client.post(PATH, Client.credentials("rotates", PASSWORD));

        var refreshed = refresh(login);

        assertThat(refreshed.status()).as(refreshed.text()).isEqualTo(200);
        assertThat(refreshed.json().getString("csrfToken"))
                .as("other tabs go on")
                .isEqualTo(login.json().getString("csrfToken"));
        assertThat(value(cookies(refreshed).get("refresh")))
                .isNotEqualTo(value(cookies(login).get("refresh")));
        var repeated = refresh(login);
        assertRefused(repeated, "invalid_credentials");
        assertThat(cookies(repeated).values())
                .hasSize(2)
                .allSatisfy(cookie -> assertThat(attributes(cookie)).contains("Max-Age=0"));
        assertRefused(client.as(value(cookies(refreshed).get("access")), "GET", PATH), "unauthenticated");
    }

    @Test
    void aLoginOfAnotherUserHasAnotherCsrfToken() {
        client.register("first", PASSWORD);

        assertThat(client.post(PATH, Client.credentials("first", PASSWORD))
                        .json()
                        .getString("csrfToken"))
                .isNotEqualTo(client.post(PATH, Client.credentials("first", PASSWORD))
                        .json()
                        .getString("csrfToken"));
    }

    @Test
    void aRefreshWithoutACookieIsRefused() {
        assertRefused(client.send("POST", PATH + "/refresh", ""), "invalid_credentials");
        assertRefused(
                client.send("POST", PATH + "/refresh", "", "Cookie", "faas_refresh_000000=x; other"),
                "invalid_credentials");
    }

    @Test
    void aSignOutEndsTheLoginAndRemovesTheCookies() {
        client.register("leaves", PASSWORD);
        var login = client.post(PATH, Client.credentials("leaves", PASSWORD));

        var left = client.delete(PATH, "Cookie", sent(login));

        assertThat(left.status()).isEqualTo(204);
        assertThat(cookies(left).values()).hasSize(2).allSatisfy(cookie -> {
            assertThat(value(cookie)).isEmpty();
            assertThat(attributes(cookie)).contains("Max-Age=0");
        });
        assertRefused(client.as(value(cookies(login).get("access")), "GET", PATH), "unauthenticated");
        assertRefused(refresh(login), "invalid_credentials");
        assertThat(client.delete(PATH).status()).isEqualTo(204);
    }

    @Test
    void aWrongPasswordSetsNoCookie() {
        client.register("mistypes", PASSWORD);

        var refused = client.post(PATH, Client.credentials("mistypes", PASSWORD + "x"));

        assertRefused(refused, "invalid_credentials");
        assertThat(cookies(refused)).isEmpty();
    }

    @Test
    void withAPublicUrlOfHttpsTheCookiesAreSentOverTlsOnly() throws Exception {
        var cookies = new BrowserCookies(URI.create("https://faas.example"));
        var vertx = Vertx.vertx();
        Backends.serve(vertx, service.backends.config("cookies", cookies), other -> {
            other.register("secure", PASSWORD);
            var login = other.post(PATH, Client.credentials("secure", PASSWORD));
            assertThat(cookies(login).values()).hasSize(2).allSatisfy(cookie -> {
                assertThat(cookie).startsWith("__Secure-");
                assertThat(attributes(cookie)).contains("Secure");
            });
        });
        vertx.close();
    }

    private static HttpAnswer refresh(HttpAnswer login) {
        return client.send("POST", PATH + "/refresh", "", "Cookie", sent(login));
    }

    /** What a browser sends back. */
    private static String sent(HttpAnswer login) {
        return cookies(login).values().stream()
                .map(cookie -> cookie.substring(0, cookie.indexOf(';')))
                .collect(Collectors.joining("; "));
    }

    private static Map<String, String> cookies(HttpAnswer answer) {
        return answer.headers().allValues("Set-Cookie").stream()
                .collect(Collectors.toMap(
                        cookie -> COOKIE.matcher(cookie)
                                .results()
                                .findFirst()
                                .orElseThrow()
                                .group(2),
                        cookie -> cookie));
    }

    private static String value(String cookie) {
        return cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
    }

    private static List<String> attributes(String cookie) {
        return List.of(cookie.split("; "));
    }
}
