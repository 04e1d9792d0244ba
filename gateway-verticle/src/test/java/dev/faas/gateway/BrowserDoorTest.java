package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.TestKey;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cookies of a browser's login count only for requests of this platform's own pages. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BrowserDoorTest {
    private static final String CSRF = "a-token-of-this-login";
    private static final String NAME = "faas_access_0a1b2c";

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    @BeforeEach
    void answer() {
        faas.registry.answers(request ->
                request.response().end(request.getHeader("Authorization") + " " + request.getHeader("Cookie")));
        faas.auth.answers(request ->
                request.response().end(request.getHeader("Authorization") + " " + request.getHeader("Cookie")));
    }

    /** {@code {here}} is the address that the request is sent to; {@code {csrf}} the right token. */
    @ParameterizedTest
    @CsvSource({
        "GET, Sec-Fetch-Site: same-origin, , 200",
        "GET, Sec-Fetch-Site: none, , 200",
        "GET, , , 200",
        "GET, Sec-Fetch-Site: same-site, , 403",
        "GET, Sec-Fetch-Site: cross-site, , 403",
        "POST, Sec-Fetch-Site: same-origin, {csrf}, 200",
        "POST, Sec-Fetch-Site: same-origin, , 403",
        "POST, Sec-Fetch-Site: same-origin, another-token-of-a-login, 403",
        "POST, Sec-Fetch-Site: none, {csrf}, 403",
        // Another port is the same site, and another origin.
        "POST, Sec-Fetch-Site: same-site, {csrf}, 403",
        "POST, Sec-Fetch-Site: cross-site, {csrf}, 403",
        "POST, , {csrf}, 403",
        "POST, Origin: http://{here}, {csrf}, 200",
        "POST, Origin: http://{here}, , 403",
        "POST, Origin: http://127.0.0.1:1, {csrf}, 403",
        "POST, Origin: http://elsewhere.example, {csrf}, 403",
        "POST, Origin: http://{here}.elsewhere.example, {csrf}, 403",
        "POST, Origin: null, {csrf}, 403",
        "DELETE, Sec-Fetch-Site: same-origin, {csrf}, 200",
        "DELETE, Sec-Fetch-Site: same-origin, , 403",
    })
    void aRequestWithACookieIsCheckedForWhereItComesFrom(String method, String from, String csrf, int status)
            throws Exception {
        var path = method.equals("DELETE") ? "/v1/functions/any" : "/v1/functions";
        var request = faas.request(path)
                .header("Cookie", "theme=dark; " + NAME + "=" + token())
                .method(method, method.equals("POST") ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
        if (from != null) {
            var here = "127.0.0.1:" + faas.gateway.port("api");
            request.header(from.split(": ")[0], from.split(": ")[1].replace("{here}", here));
        }
        if (csrf != null) {
            request.header("X-Faas-Csrf", csrf.replace("{csrf}", CSRF));
        }

        var answer = faas.send(request);

        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        if (status == 403) {
            assertThat(answer.code()).isEqualTo("csrf_failed");
        } else {
            assertThat(answer.text())
                    .as("behind the gateway")
                    .startsWith("Bearer ey")
                    .endsWith(" null");
        }
    }

    @Test
    void theGatewaysOwnCallsTakeTheCookie() throws Exception {
        var function = faas.function("clicked");

        var answer = faas.send(faas.request("/v1/functions/clicked/activations")
                .header("Cookie", NAME + "=" + token(faas.alice, CSRF))
                .header("Sec-Fetch-Site", "same-origin")
                .header("X-Faas-Csrf", CSRF)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("x")));

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        assertThat(function.owner()).isEqualTo(faas.alice);
    }

    @Test
    void anAuthorizationHeaderWins() throws Exception {
        var answer = faas.send(faas.as(faas.bob, "/v1/functions")
                .header("Cookie", NAME + "=" + token())
                .header("Sec-Fetch-Site", "cross-site")
                .POST(BodyPublishers.ofString("{}")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).doesNotContain(token().split("\\.")[1]).endsWith(" null");
        var wrong = faas.send(faas.request("/v1/functions")
                .header("Authorization", "Bearer wrong")
                .header("Cookie", NAME + "=" + token())
                .header("Sec-Fetch-Site", "same-origin"));
        assertThat(wrong.status()).isEqualTo(401);
    }

    @Test
    void aTokenOfACookieIsNotAcceptedInAuthorization() throws Exception {
        var answer = faas.send(faas.request("/v1/functions").header("Authorization", "Bearer " + token()));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthenticated");
    }

    /** A token for programs, one of another platform, an expired one, and another name. */
    @Test
    void whatIsNoLoginOfABrowserHereIsNoLogin() throws Exception {
        var ordinary = faas.signer.access(faas.alice);
        var foreign = TestKey.generate("elsewhere").access(faas.alice);
        var expired =
                faas.signer.token(TestKey.claims(Instant.now().minusSeconds(1)).put("csrf", CSRF));

        for (var cookie : new String[] {
            NAME + "=" + ordinary, NAME + "=" + foreign, NAME + "=" + expired, NAME + "=", "access=" + token(), NAME
        }) {
            var answer = faas.send(
                    faas.request("/v1/functions").header("Cookie", cookie).header("Sec-Fetch-Site", "same-origin"));
            assertThat(answer.status()).as(cookie).isEqualTo(401);
        }
    }

    @Test
    void ofTwoPlatformsOnOneHostEachFindsItsOwnCookie() throws Exception {
        var foreign = TestKey.generate("elsewhere").access(faas.alice);

        var answer = faas.send(faas.request("/v1/functions")
                .header("Cookie", "faas_access_ffffff=" + foreign + "; " + NAME + "=" + token())
                .header("Sec-Fetch-Site", "same-origin"));

        assertThat(answer.status()).isEqualTo(200);
    }

    /** These calls need no token, or bring their own proof: where they come from is checked alone. */
    @ParameterizedTest
    @CsvSource({
        "POST, /v1/auth/browser, Sec-Fetch-Site: same-origin, 200",
        "POST, /v1/auth/browser, Sec-Fetch-Site: cross-site, 403",
        "POST, /v1/auth/browser, Sec-Fetch-Site: same-site, 403",
        "POST, /v1/auth/browser, Sec-Fetch-Site: none, 403",
        "POST, /v1/auth/browser, X-None: 1, 403",
        "POST, /v1/auth/browser/refresh, Sec-Fetch-Site: same-origin, 200",
        "POST, /v1/auth/browser/refresh, Origin: http://elsewhere.example, 403",
        "DELETE, /v1/auth/browser, Sec-Fetch-Site: same-origin, 200",
        "DELETE, /v1/auth/browser, Sec-Fetch-Site: cross-site, 403",
        "POST, /v1/auth/browser/../browser/refresh, Sec-Fetch-Site: cross-site, 403",
        "POST, /v1/auth/%62rowser, Sec-Fetch-Site: cross-site, 403",
    })
    void loginsAreCheckedForWhereTheyComeFrom(String method, String path, String from, int status) throws Exception {
        var answer = faas.send(faas.request(path)
                .header("Cookie", "faas_refresh_0a1b2c=any")
                .header(from.split(": ")[0], from.split(": ")[1])
                .method(method, BodyPublishers.noBody()));

        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        if (status == 200) {
            assertThat(answer.text()).isEqualTo("null faas_refresh_0a1b2c=any");
        } else {
            assertThat(answer.code()).isEqualTo("csrf_failed");
        }
    }

    @Test
    void whoEndsALoginThatIsStillGoodHasItsToken() throws Exception {
        var request = faas.request("/v1/auth/browser")
                .header("Cookie", NAME + "=" + token())
                .header("Sec-Fetch-Site", "same-origin")
                .DELETE();

        assertThat(faas.send(request).code()).isEqualTo("csrf_failed");
        assertThat(faas.send(request.header("X-Faas-Csrf", CSRF)).status()).isEqualTo(200);
    }

    @Test
    void aHookHasNothingToDoWithLogins() throws Exception {
        var answer = faas.send(faas.request("/hooks/hook_x/secret")
                .header("Cookie", NAME + "=" + token())
                .header("Sec-Fetch-Site", "cross-site")
                .POST(BodyPublishers.ofByteArray("{}".getBytes(StandardCharsets.UTF_8))));

        assertThat(answer.status()).isEqualTo(404);
    }

    private static String token() {
        return token(faas.alice, CSRF);
    }

    private static String token(String user, String csrf) {
        var now = Instant.now();
        return faas.signer.token(TestKey.claims(now.plusSeconds(600))
                .put("sub", user)
                .put("sid", "sid_browser")
                .put("name", "alice")
                .put("iat", now.getEpochSecond())
                .put("csrf", csrf));
    }
}
