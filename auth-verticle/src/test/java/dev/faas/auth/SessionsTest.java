package dev.faas.auth;

import static dev.faas.auth.Answers.assertProblem;
import static dev.faas.auth.Answers.assertRefused;
import static dev.faas.auth.Answers.claims;
import static dev.faas.testing.Await.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.client.ClientAddress;
import dev.faas.http.token.TokenCutoffs;
import dev.faas.testing.HttpAnswer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user sees of the own logins, and how they end. */
class SessionsTest extends ServiceFixture {
    private static final String NEW_PASSWORD = "another staple";

    @Test
    void loginsAreListedWithWhereTheyCameFrom() {
        client.register("lists", PASSWORD);
        var first = client.post(
                "/v1/auth/login",
                Client.credentials("lists", PASSWORD),
                ClientAddress.HEADER,
                "2001:db8::7",
                "User-Agent",
                "faas/1.0 t\u00ebst " + "x".repeat(300));
        var second = client.login("lists", PASSWORD);
        client.register("lists-not", PASSWORD);
        client.login("lists-not", PASSWORD);

        var sessions = sessions(second);

        assertThat(sessions).hasSize(2);
        var newest = sessions.getJsonObject(0);
        assertThat(newest.getString("sid")).isEqualTo(sid(second));
        assertThat(newest.getBoolean("current")).isTrue();
        var oldest = sessions.getJsonObject(1);
        assertThat(oldest.getString("sid")).isEqualTo(sid(first));
        assertThat(oldest.getBoolean("current")).isFalse();
        assertThat(oldest.getString("address")).isEqualTo("2001:db8:0:0:0:0:0:7");
        assertThat(oldest.getString("client"))
                .startsWith("faas/1.0 t")
                .hasSize(200)
                .matches("[ -~]*");
        assertThat(oldest.getString("via")).isEqualTo("password");
        assertThat(Duration.between(time(oldest, "createdAt"), time(oldest, "endsAt")))
                .isEqualTo(Backends.LOGIN_LIFETIME);
        assertThat(time(oldest, "lastUsedAt")).isEqualTo(time(oldest, "createdAt"));

        var refreshed = client.refresh(first.refreshToken());

        var used = sessions(refreshed).getJsonObject(1);
        assertThat(time(used, "lastUsedAt")).isAfter(time(oldest, "createdAt"));
        assertThat(time(used, "endsAt")).isEqualTo(time(oldest, "endsAt"));
    }

    @Test
    void aListComesInPages() {
        client.register("pages", PASSWORD);
        var logins = List.of(
                client.login("pages", PASSWORD), client.login("pages", PASSWORD), client.login("pages", PASSWORD));
        var newest = logins.getLast();

        var page = get(newest, "/v1/auth/sessions?limit=2").json();
        var rest = get(newest, "/v1/auth/sessions?limit=2&cursor=" + page.getString("next"))
                .json();

        assertThat(sids(page)).containsExactly(sid(newest), sid(logins.get(1)));
        assertThat(sids(rest)).containsExactly(sid(logins.getFirst()));
        assertThat(rest.getString("next")).isNull();
    }

    /** After each call, whose login is still good? */
    @ParameterizedTest
    @CsvSource({
        "one, DELETE, /v1/auth/sessions/{other}, true, false, true",
        "own, DELETE, /v1/auth/sessions/{own}, false, true, true",
        "others, DELETE, /v1/auth/sessions, true, false, true",
        "changes, POST, /v1/auth/password, true, false, true",
    })
    void eachCallEndsTheLoginsThatItNames(
            String user, String method, String path, boolean own, boolean other, boolean stranger) {
        client.register(user, PASSWORD);
        client.register(user + "-not", PASSWORD);
        var mine = client.login(user, PASSWORD);
        var another = client.login(user, PASSWORD);
        var theirs = client.login(user + "-not", PASSWORD);
        var body = method.equals("POST") ? change(PASSWORD, NEW_PASSWORD) : new JsonObject();

        var of = path.replace("{other}", sid(another)).replace("{own}", sid(mine));
        var answer = client.as(mine.accessToken(), method, of, body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(204);
        assertThat(isGood(mine)).isEqualTo(own);
        assertThat(isGood(another)).isEqualTo(other);
        assertThat(isGood(theirs)).isEqualTo(stranger);
    }

    @Test
    void aLoginOfAnotherUserOrOfNobodyIsNotFound() {
        client.register("finder", PASSWORD);
        client.register("hidden", PASSWORD);
        var mine = client.login("finder", PASSWORD);
        var hidden = client.login("hidden", PASSWORD);

        for (var sid : List.of(sid(hidden), "sid_unknown", "x")) {
            assertProblem(
                    client.as(mine.accessToken(), "DELETE", "/v1/auth/sessions/" + sid), 404, "session_not_found");
        }
        assertThat(isGood(hidden)).isTrue();
    }

    @Test
    void aNewPasswordReplacesTheOldOne() {
        client.register("changer", PASSWORD);
        var login = client.login("changer", PASSWORD);

        assertRefused(change(login, "wrong", NEW_PASSWORD), "invalid_credentials");
        assertProblem(change(login, PASSWORD, "short"), 400, "invalid_request");
        assertThat(client.login("changer", PASSWORD).status()).isEqualTo(200);

        assertThat(change(login, PASSWORD, NEW_PASSWORD).status()).isEqualTo(204);

        assertRefused(client.login("changer", PASSWORD), "invalid_credentials");
        assertThat(client.login("changer", NEW_PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void ofSeveralChangesAtOnceOneSetsThePassword() {
        client.register("hasty", PASSWORD);
        var token = client.login("hasty", PASSWORD).accessToken();

        var changes = Stream.of("first password", "second password", "third password", "fourth password")
                .collect(Collectors.toMap(
                        Function.identity(),
                        next -> client.sent(
                                "POST",
                                "/v1/auth/password",
                                change(PASSWORD, next).encode(),
                                Client.bearer(token))));
        changes.values().forEach(CompletableFuture::join);

        var set = changes.entrySet().stream()
                .filter(change -> change.getValue().join().status() == 204)
                .map(Map.Entry::getKey)
                .toList();
        assertThat(set).hasSize(1);
        assertThat(client.login("hasty", set.getFirst()).status()).isEqualTo(200);
    }

    /** Who has a stolen access token guesses no faster than others. */
    @Test
    void theCurrentPasswordCannotBeGuessed() {
        client.register("stolen", PASSWORD);
        var login = client.login("stolen", PASSWORD);

        for (var i = 0; i < 5; i++) {
            assertRefused(change(login, "guess", NEW_PASSWORD), "invalid_credentials");
        }

        assertProblem(change(login, PASSWORD, NEW_PASSWORD), 429, "rate_limited");
    }

    @Test
    void aLoginThatIsOverIsRevokedByItself() throws Exception {
        client.register("over", PASSWORD);
        var login = client.login("over", PASSWORD);
        assertThat(isGood(login)).isTrue();

        service.backends.run("update auth.login set ends_at = now() where sid = '" + sid(login) + "'");

        eventually(() -> client.me(login.accessToken()).status() == 401);
        assertRefused(client.refresh(login.refreshToken()), "invalid_credentials");
        try (var bus = service.backends.connect("reader-of-the-test")) {
            assertThat(bus.kv("REVOKED").get(sid(login)).join()).isPresent();
        }
    }

    @Test
    void anAccountIsDeletedByItsUserWithThePassword() throws Exception {
        var userId = client.register("leaver", PASSWORD).json().getString("userId");
        var login = client.login("leaver", PASSWORD);
        var key = client.createKey(login.accessToken());
        eventually(() -> client.me(key).status() == 200);

        assertProblem(deleteAccount(login.accessToken(), ""), 400, "invalid_request");
        assertProblem(deleteAccount(key, PASSWORD), 403, "forbidden");
        assertRefused(deleteAccount(login.accessToken(), "wrong"), "invalid_credentials");
        assertThat(isGood(login)).isTrue();

        assertThat(deleteAccount(login.accessToken(), PASSWORD).status()).isEqualTo(202);

        assertThat(isGood(login)).isFalse();
        eventually(() -> client.me(key).status() == 401);
        assertRefused(client.login("leaver", PASSWORD), "invalid_credentials");
        assertProblem(client.register("leaver", PASSWORD), 409, "username_taken");
        try (var bus = service.backends.connect("registry-of-the-test")) {
            var published = bus.kv("REVOKED").get(userId).join().orElseThrow().value();
            assertThat(new String(published.bytes(), StandardCharsets.UTF_8)).isEqualTo(TokenCutoffs.NEVER.toString());
        }
        assertThat(service.backends.text("select actor || ' ' || outcome from auth.audit"
                        + " where action = 'account.delete' and target = '" + userId + "'"))
                .isEqualTo(userId + " ok");
    }

    @Test
    void theLastAdminCannotDeleteTheOwnAccount() throws Exception {
        var userId = client.register("last", PASSWORD).json().getString("userId");
        service.backends.run("update auth.account set roles = '{user,admin}' where id = '" + userId + "'");
        var login = client.login("last", PASSWORD);

        assertProblem(deleteAccount(login.accessToken(), PASSWORD), 409, "last_admin");
        assertThat(isGood(login)).isTrue();
    }

    private static HttpAnswer deleteAccount(String token, String password) {
        return client.as(token, "DELETE", "/v1/auth/me", new JsonObject().put("currentPassword", password));
    }

    private static boolean isGood(HttpAnswer login) {
        return client.me(login.accessToken()).status() == 200;
    }

    private static HttpAnswer change(HttpAnswer login, String current, String next) {
        return client.as(login.accessToken(), "POST", "/v1/auth/password", change(current, next));
    }

    private static JsonObject change(String current, String next) {
        return new JsonObject().put("currentPassword", current).put("newPassword", next);
    }

    private static JsonArray sessions(HttpAnswer login) {
        return get(login, "/v1/auth/sessions").json().getJsonArray("items");
    }

    private static HttpAnswer get(HttpAnswer login, String path) {
        return client.as(login.accessToken(), "GET", path);
    }

    private static List<String> sids(JsonObject page) {
        return page.getJsonArray("items").stream()
                .map(item -> ((JsonObject) item).getString("sid"))
                .toList();
    }

    private static String sid(HttpAnswer login) {
        return claims(login.accessToken()).getString("sid");
    }

    private static Instant time(JsonObject session, String field) {
        return Instant.parse(session.getString(field));
    }
}
