package dev.faas.auth;

import static dev.faas.auth.Answers.assertProblem;
import static dev.faas.auth.Answers.assertRefused;
import static dev.faas.auth.Answers.claims;
import static dev.faas.testing.Await.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.token.KeyRing;
import dev.faas.http.token.TokenVerifier;
import dev.faas.http.token.TrustRoot;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each call of an admin. */
class AdminApiTest extends ServiceFixture {
    private static String admin;
    private static String keyOfAdmin;

    @BeforeAll
    static void makeAdmin() throws Exception {
        client.register("boss", PASSWORD);
        service.backends.run("update auth.account set roles = '{user,admin}' where username = 'boss'");
        admin = client.login("boss", PASSWORD).accessToken();
        keyOfAdmin = client.createKey(admin);
        eventually(() -> client.me(keyOfAdmin).status() == 200);
    }

    private static HttpAnswer admin(String method, String path, JsonObject body) {
        return client.as(admin, method, path, body);
    }

    private static HttpAnswer admin(String method, String path) {
        return admin(method, path, new JsonObject());
    }

    private static String id(HttpAnswer answer) {
        return answer.json().getString("userId");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/admin/users",
        "POST, /v1/admin/users",
        "GET, /v1/admin/users/boss",
        "PATCH, /v1/admin/users/boss",
        "DELETE, /v1/admin/users/boss",
        "POST, /v1/admin/users/boss/reset",
        "DELETE, /v1/admin/users/boss/sessions",
        "GET, /v1/admin/invitations",
        "POST, /v1/admin/invitations",
        "DELETE, /v1/admin/invitations/inv_1",
        "GET, /v1/admin/settings",
        "PATCH, /v1/admin/settings",
        "GET, /v1/admin/audit/auth",
        "GET, /v1/admin/audit/auth/export"
    })
    void onlyAdminsPass_byTheTokenAndByPostgres_andNeverByAKey(String method, String path) throws Exception {
        var name = "g" + Integer.toHexString((method + path).hashCode());
        var userId = id(client.register(name, PASSWORD));
        var user = client.login(name, PASSWORD).accessToken();
        service.backends.run("update auth.account set roles = '{user,admin}' where id = '" + userId + "'");
        var adminOnce = client.login(name, PASSWORD).accessToken();

        assertRefused(client.send(method, path, ""), "unauthenticated");
        assertProblem(client.as(keyOfAdmin, method, path), 403, "forbidden");
        assertProblem(client.as(user, method, path), 403, "forbidden");

        service.backends.run("update auth.account set roles = '{user}' where id = '" + userId + "'");
        assertProblem(client.as(adminOnce, method, path), 403, "forbidden");
        service.backends.run(
                "update auth.account set roles = '{user,admin}', state = 'disabled' where id = '" + userId + "'");
        assertProblem(client.as(adminOnce, method, path), 403, "forbidden");
    }

    @Test
    void aUserIsMadeWithACodeThatSetsItsFirstPasswordOnce() {
        var made = admin("POST", "/v1/admin/users", new JsonObject().put("username", "made"));

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().fieldNames())
                .containsExactlyInAnyOrder(
                        "userId", "username", "roles", "state", "createdAt", "lastLoginAt", "code", "expiresAt");
        assertRefused(client.login("made", PASSWORD), "invalid_credentials");
        assertThat(reset(made.json().getString("code"), PASSWORD).status()).isEqualTo(204);
        assertThat(client.login("made", PASSWORD).status()).isEqualTo(200);
        assertThat(admin("GET", "/v1/admin/users/made").json().getString("lastLoginAt"))
                .isNotNull();
    }

    @Test
    void aCodeWorksOnceEndsAllLoginsAndIsReplacedByTheNext() throws Exception {
        var userId = id(client.register("forgot", PASSWORD));
        var login = client.login("forgot", PASSWORD);
        var key = client.createKey(login.accessToken());
        eventually(() -> client.me(key).status() == 200);
        var first = admin("POST", "/v1/admin/users/forgot/reset").json().getString("code");
        var reset = admin("POST", "/v1/admin/users/" + userId + "/reset");
        assertThat(reset.status()).isEqualTo(201);
        var code = reset.json().getString("code");

        assertProblem(reset(first, "another password"), 403, "code_invalid");
        assertProblem(reset("nonsense", "another password"), 403, "code_invalid");
        assertProblem(reset(code, "short"), 400, "invalid_request");
        assertThat(reset(code, "another password").status()).isEqualTo(204);
        assertProblem(reset(code, "another password"), 403, "code_invalid");

        assertRefused(client.me(login.accessToken()), "unauthenticated");
        assertRefused(client.refresh(login.refreshToken()), "invalid_credentials");
        assertRefused(client.login("forgot", PASSWORD), "invalid_credentials");
        eventually(() -> client.me(key).status() == 401);
        var anew = client.login("forgot", "another password");
        assertThat(client.me(anew.accessToken()).status()).isEqualTo(200);

        var late = admin("POST", "/v1/admin/users/forgot/reset").json().getString("code");
        service.backends.run("update auth.reset_code set expires_at = now() where user_id = '" + userId + "'");
        assertProblem(reset(late, "third password"), 403, "code_invalid");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PATCH  |           | {\"state\": \"disabled\"}           | true",
                "DELETE |           | {}                                  | true",
                "PATCH  |           | {\"roles\": [\"admin\", \"user\"]}  | false",
                "DELETE | /sessions | {}                                  | false"
            })
    void changesEndLoginsHereAndAtEachVerifier_andKeysEndWithTheAccountOnly(
            String method, String rest, String body, boolean endsAccount) throws Exception {
        var name = "c" + Integer.toHexString((method + rest + body).hashCode());
        var userId = id(client.register(name, PASSWORD));
        var login = client.login(name, PASSWORD);
        var key = client.createKey(login.accessToken());
        eventually(() -> client.me(key).status() == 200);
        var other = client.login("boss", PASSWORD);
        var vertx = Vertx.vertx();
        var verifier = new TokenVerifier(vertx);
        try (var bus = service.backends.connect("gateway-of-the-test");
                var ring = KeyRing.open(bus, verifier, TrustRoot.NONE, Duration.ofSeconds(10))) {
            assertThat(ring).isNotNull();
            assertThat(verifier.verify(login.accessToken()).succeeded()).isTrue();
            assertThat(verifier.verify(key).succeeded()).isTrue();

            var path = "/v1/admin/users/" + name + (rest == null ? "" : rest);
            var answer = admin(method, path, new JsonObject(body));
            assertThat(answer.status()).as(answer.text()).isBetween(200, 204);

            // The answer has waited for the publication.
            assertThat(bus.kv("APIKEYS").get(Sha256.hex(key)).join().isPresent())
                    .isNotEqualTo(endsAccount);
            assertRefused(client.me(login.accessToken()), "unauthenticated");
            assertRefused(client.refresh(login.refreshToken()), "invalid_credentials");
            eventually(() -> verifier.verify(login.accessToken()).failed());
            assertThat(verifier.verify(other.accessToken()).succeeded()).isTrue();
            // By the user's entry, not only by that of this login.
            assertThat(bus.kv("REVOKED").get(userId).join()).isPresent();
            eventually(() -> verifier.verify(key).failed() == endsAccount);
            eventually(() -> client.me(key).status() == (endsAccount ? 401 : 200));
            assertThat(service.backends.number("select count(*) from auth.api_key where user_id = '" + userId + "'"))
                    .isEqualTo(endsAccount ? 0 : 1);

            if (endsAccount) {
                assertRefused(client.login(name, PASSWORD), "invalid_credentials");
            } else {
                var anew = client.login(name, PASSWORD);
                assertThat(client.me(anew.accessToken()).status()).isEqualTo(200);
                eventually(() -> verifier.verify(anew.accessToken()).succeeded());
                assertThat(claims(anew.accessToken()).getJsonArray("roles")).hasSize(body.contains("roles") ? 2 : 1);
            }
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void aDisabledUserCanBeActiveAgain_andADeletedOneIsGoneButItsNameStaysTaken() {
        client.register("again", PASSWORD);
        admin("PATCH", "/v1/admin/users/again", new JsonObject().put("state", "disabled"));
        assertProblem(admin("POST", "/v1/admin/users/again/reset"), 409, "user_disabled");
        assertThat(admin("PATCH", "/v1/admin/users/again", new JsonObject().put("state", "active"))
                        .json()
                        .getString("state"))
                .isEqualTo("active");
        assertThat(client.login("again", PASSWORD).status()).isEqualTo(200);

        assertThat(admin("DELETE", "/v1/admin/users/again").status()).isEqualTo(202);

        assertProblem(admin("GET", "/v1/admin/users/again"), 404, "user_not_found");
        assertProblem(admin("DELETE", "/v1/admin/users/again"), 404, "user_not_found");
        assertProblem(client.register("again", PASSWORD), 409, "username_taken");
    }

    @Test
    void aCodeIsVoidWhenItsMakerIsNoAdminAnyMore() {
        client.register("victim", PASSWORD);
        for (var change : List.of("{\"roles\": [\"user\"]}", "{\"state\": \"disabled\"}")) {
            var maker = "maker" + change.length();
            client.register(maker, PASSWORD);
            admin("PATCH", "/v1/admin/users/" + maker, new JsonObject("{\"roles\": [\"user\", \"admin\"]}"));
            var login = client.login(maker, PASSWORD).accessToken();
            var code = client.as(login, "POST", "/v1/admin/users/victim/reset")
                    .json()
                    .getString("code");

            admin("PATCH", "/v1/admin/users/" + maker, new JsonObject(change));

            assertProblem(reset(code, "another password"), 403, "code_invalid");
        }
        assertThat(client.login("victim", PASSWORD).status()).isEqualTo(200);
    }

    /** An account of an earlier version may have such a name. */
    @Test
    void anIdIsNeverReadAsAName() throws Exception {
        var deleted = id(client.register("gone", PASSWORD));
        assertThat(client.register(deleted, PASSWORD).fields()).containsExactly("username");
        assertThat(client.register("key_ring", PASSWORD).status()).isEqualTo(201);
        var other = id(client.register("squatter", PASSWORD));
        service.backends.run("update auth.account set username = '" + deleted + "' where id = '" + other + "'");
        admin("DELETE", "/v1/admin/users/" + deleted);

        for (var method : List.of("GET", "DELETE")) {
            assertProblem(admin(method, "/v1/admin/users/" + deleted), 404, "user_not_found");
        }
        assertThat(id(admin("GET", "/v1/admin/users/" + other))).isEqualTo(other);
    }

    @Test
    void wrongFieldsAreNamed() {
        client.register("fields", PASSWORD);
        var wrong = new JsonObject().put("state", "deleted").put("roles", new JsonArray().add("admin"));

        assertThat(admin("PATCH", "/v1/admin/users/fields", wrong).fields()).containsExactly("roles", "state");
        assertThat(admin("PATCH", "/v1/admin/settings", new JsonObject().put("registration", "all"))
                        .fields())
                .containsExactly("registration");
        assertThat(admin("GET", "/v1/admin/audit/auth?since=x&until=y&limit=0").fields())
                .containsExactly("limit", "since", "until");
    }

    @Test
    void usersAreListedInPages() {
        for (var i = 0; i < 3; i++) {
            client.register("listed" + i, PASSWORD);
        }
        var seen = new HashSet<String>();
        var path = "/v1/admin/users?limit=2";
        var next = "";
        do {
            var page = admin("GET", path + (next.isEmpty() ? "" : "&cursor=" + next));
            assertThat(page.items().size()).isLessThanOrEqualTo(2);
            page.items()
                    .forEach(user -> assertThat(seen.add(((JsonObject) user).getString("username")))
                            .isTrue());
            next = page.next();
        } while (next != null);
        assertThat(seen).contains("boss", "listed0", "listed1", "listed2");
    }

    @Test
    void settingsAreChangedAndGoBackToTheEnvironment() {
        assertThat(admin("GET", "/v1/admin/settings").json()).isEqualTo(new JsonObject().put("registration", "open"));
        assertThat(admin("PATCH", "/v1/admin/settings", new JsonObject().put("registration", "closed"))
                        .json())
                .isEqualTo(new JsonObject().put("registration", "closed"));
        assertProblem(client.register("closed-out", PASSWORD), 403, "registration_closed");
        assertThat(admin("PATCH", "/v1/admin/settings", new JsonObject().putNull("registration"))
                        .json())
                .isEqualTo(new JsonObject().put("registration", "open"));
        assertThat(client.register("let-in", PASSWORD).status()).isEqualTo(201);
    }

    @Test
    void disabledAccountsArePublishedUntilTheyAreActiveOrDeleted() throws Exception {
        var users = List.of(id(client.register("pausing", PASSWORD)), id(client.register("leaving", PASSWORD)));
        try (var bus = service.backends.connect("registry-of-the-test")) {
            var bucket = bus.kv(Subjects.SUSPENDED);

            for (var user : users) {
                admin("PATCH", "/v1/admin/users/" + user, new JsonObject().put("state", "disabled"));
            }
            eventually(() ->
                    users.stream().allMatch(user -> bucket.get(user).join().isPresent()));

            admin("PATCH", "/v1/admin/users/pausing", new JsonObject().put("state", "active"));
            admin("DELETE", "/v1/admin/users/leaving");
            eventually(() ->
                    users.stream().allMatch(user -> bucket.get(user).join().isEmpty()));
        }
    }

    @Test
    void theAuditLogIsReadByFiltersAndExported() {
        var userId = id(client.register("watched", PASSWORD));
        admin("PATCH", "/v1/admin/users/watched", new JsonObject().put("state", "disabled"));
        admin("PATCH", "/v1/admin/users/watched", new JsonObject().put("state", "active"));
        var path = "/v1/admin/audit/auth?target=" + userId;

        var first = admin("GET", path + "&limit=2");
        assertThat(actions(first.items())).containsExactly("account.update", "account.update");
        assertThat(first.items().getJsonObject(1).getJsonObject("changes"))
                .isEqualTo(new JsonObject()
                        .put("state", new JsonObject().put("from", "active").put("to", "disabled")));
        assertThat(first.items().getJsonObject(0).fieldNames())
                .containsExactlyInAnyOrder(
                        "seq",
                        "at",
                        "actor",
                        "via",
                        "action",
                        "target",
                        "project",
                        "outcome",
                        "address",
                        "requestId",
                        "changes");
        assertThat(actions(
                        admin("GET", path + "&limit=2&cursor=" + first.next()).items()))
                .containsExactly("account.create");
        assertThat(admin("GET", path + "&actor=anonymous").items()).hasSize(1);
        assertThat(admin("GET", path + "&action=account.update&outcome=ok&project=" + userId)
                        .items())
                .hasSize(2);
        assertThat(admin("GET", path + "&since=2999-01-01T00:00:00Z").items()).isEmpty();
        assertThat(admin("GET", path + "&until=2999-01-01T00:00:00Z").items()).hasSize(3);

        var export = admin("GET", "/v1/admin/audit/auth/export?target=" + userId);
        assertThat(export.header("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(export.text().lines().map(line -> new JsonObject(line).getString("action")))
                .containsExactly("account.create", "account.update", "account.update");
    }

    @Test
    void anExportIsCompleteAlsoBeyondWhatIsReadAtOnce() throws Exception {
        service.backends.run("insert into auth.audit (actor, via, action, outcome, changes)"
                + " select 'operator', 'terminal', 'many', 'ok', '{}' from generate_series(1, 1200)");

        assertThat(admin("GET", "/v1/admin/audit/auth/export?action=many")
                        .text()
                        .lines())
                .hasSize(1200);
    }

    /** Invariant 8, for this service: what is handed out stands nowhere. */
    @Test
    void noPasswordAndNoCodeIsInTheDatabase() throws Exception {
        client.register("planted", "planted-password-1");
        var code = admin("POST", "/v1/admin/users/planted/reset").json().getString("code");
        var invitation = admin("POST", "/v1/admin/invitations", new JsonObject().put("admin", false))
                .json()
                .getString("code");
        client.login("planted-password-2", "wrong");

        for (var table : List.of("account", "audit", "invitation", "reset_code", "setting", "login")) {
            assertThat(service.backends.text("select coalesce(string_agg(t::text, ' '), '') from auth." + table + " t"))
                    .as(table)
                    .doesNotContain("planted-password", code, invitation);
        }
    }

    private static List<String> actions(JsonArray items) {
        return items.stream()
                .map(item -> ((JsonObject) item).getString("action"))
                .toList();
    }

    private static HttpAnswer reset(String code, String password) {
        return client.post(
                "/v1/auth/password/reset", new JsonObject().put("code", code).put("newPassword", password));
    }
}
