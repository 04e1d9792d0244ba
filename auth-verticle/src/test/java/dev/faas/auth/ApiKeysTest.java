package dev.faas.auth;

import static dev.faas.auth.Answers.assertProblem;
import static dev.faas.auth.Answers.assertRefused;
import static dev.faas.testing.Await.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.Nats;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Codec;
import dev.faas.wire.KeyUses;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** API keys as their users see them, and what is stored of them. */
class ApiKeysTest extends ServiceFixture {
    @Test
    void aKeyIsShownOnceAndActsAsItsUser() throws Exception {
        var userId = client.register("maker", PASSWORD).json().getString("userId");
        var login = client.login("maker", PASSWORD).accessToken();

        var answer = create(login, new JsonObject().put("name", "nightly"));

        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        var created = answer.json();
        assertThat(created.fieldNames())
                .containsExactlyInAnyOrder(
                        "keyId", "name", "key", "project", "principal", "scopes", "createdAt", "expiresAt");
        assertThat(created.getString("project")).isEqualTo(userId);
        assertThat(created.getString("principal")).isEqualTo(userId);
        assertThat(created.getJsonArray("scopes")).isEqualTo(JsonArray.of("read", "invoke", "functions"));
        assertThat(Duration.between(time(created, "createdAt"), time(created, "expiresAt")))
                .isEqualTo(Duration.ofDays(90));
        var key = created.getString("key");

        var me = meOnceKnown(key);
        assertThat(me.status()).as(me.text()).isEqualTo(200);
        assertThat(me.json().getString("userId")).isEqualTo(userId);
        assertThat(me.json().getJsonObject("key"))
                .isEqualTo(new JsonObject()
                        .put("keyId", created.getString("keyId"))
                        .put("project", userId)
                        .put("scopes", JsonArray.of("functions", "invoke", "read")));
        assertThat(client.me(login).json().containsKey("key")).isFalse();

        var listed = client.as(login, "GET", "/v1/auth/keys");
        assertThat(listed.text()).doesNotContain(key);
        var item = listed.json().getJsonArray("items").getJsonObject(0);
        assertThat(item.getString("hint")).isEqualTo(key.substring(0, 9));
        assertThat(item.getString("keyId")).isEqualTo(created.getString("keyId"));
        assertThat(service.backends.number(
                        "select count(*) from auth.api_key k where k::text like '%" + key.substring(9) + "%'"))
                .isZero();
        try (var bus = service.backends.connect("reader-of-the-test")) {
            assertThat(bus.kv("APIKEYS").get(Sha256.hex(key)).join()).isPresent();
        }
    }

    @Test
    void theListSaysWhenAndFromWhereAKeyWasUsed() throws Exception {
        var login = loggedIn("user-of-keys");
        var keyId =
                create(login, new JsonObject().put("name", "nightly")).json().getString("keyId");
        var recent = Instant.now().minusSeconds(300).truncatedTo(ChronoUnit.MINUTES);
        assertThat(lastUse(login)).isEqualTo(List.of("null", "null"));

        try (var bus = service.backends.connect("gateway-of-the-test")) {
            bus.publish(Subjects.KEYS_USED, "no JSON".getBytes(StandardCharsets.UTF_8));
            tell(bus, new KeyUses.Use("key_unknown", recent, "192.0.2.9"), new KeyUses.Use(keyId, recent, "192.0.2.1"));
            eventually(() -> lastUse(login).equals(List.of(ApiTime.format(recent), "192.0.2.1")));

            // Another gateway tells later of an earlier use.
            tell(bus, new KeyUses.Use(keyId, recent.minusSeconds(60), "192.0.2.2"));
            tell(bus, new KeyUses.Use(keyId, recent.plusSeconds(60), "192.0.2.3"));
            eventually(() -> lastUse(login).equals(List.of(ApiTime.format(recent.plusSeconds(60)), "192.0.2.3")));

            // A clock that is ahead does not hide all later uses.
            tell(bus, new KeyUses.Use(keyId, Instant.parse("+999999999-12-31T00:00:00Z"), "192.0.2.4"));
            eventually(() -> lastUse(login).getLast().equals("192.0.2.4"));
            assertThat(Instant.parse(lastUse(login).getFirst())).isBeforeOrEqualTo(Instant.now());
        }
    }

    /** Of many keys at once a gateway or registry tells; its login for NATS may be stolen. */
    @Test
    void aUseThatCannotBeIsNotStored() throws Exception {
        var login = loggedIn("user-of-a-gateway");
        var keyId =
                create(login, new JsonObject().put("name", "nightly")).json().getString("keyId");
        var recent = Instant.now().minusSeconds(300).truncatedTo(ChronoUnit.MINUTES);
        var use = new JsonObject()
                .put("keyId", keyId)
                .put("at", recent.plusSeconds(60).toString())
                .put("from", "192.0.2.9");

        try (var bus = service.backends.connect("gateway-of-the-test")) {
            for (var forged : List.of(
                    use.copy().putNull("keyId"),
                    use.copy().putNull("at"),
                    use.copy().put("at", "+999999999-01-01T00:00:00Z").put("from", "x"),
                    use.copy().put("at", "-999999999-01-01T00:00:00Z"),
                    use.copy().putNull("from"),
                    use.copy().put("from", "\u001b[2J"),
                    use.copy().put("from", "\u0000"),
                    use.copy().put("from", "1".repeat(900_000)))) {
                bus.publish(
                        Subjects.KEYS_USED,
                        new JsonObject()
                                .put("uses", JsonArray.of(forged))
                                .encode()
                                .getBytes(StandardCharsets.UTF_8));
            }
            tell(bus, new KeyUses.Use(keyId, recent, "192.0.2.1"));

            eventually(() -> !lastUse(login).getFirst().equals("null"));
            assertThat(lastUse(login)).isEqualTo(List.of(ApiTime.format(recent), "192.0.2.1"));
        }
    }

    private static void tell(Nats bus, KeyUses.Use... uses) {
        bus.publish(Subjects.KEYS_USED, Codec.encode(new KeyUses(List.of(uses))));
    }

    private static List<String> lastUse(String login) {
        var item = client.as(login, "GET", "/v1/auth/keys")
                .json()
                .getJsonArray("items")
                .getJsonObject(0);
        assertThat(item.fieldNames()).contains("lastUsedAt", "lastUsedFrom");
        return List.of(String.valueOf(item.getString("lastUsedAt")), String.valueOf(item.getString("lastUsedFrom")));
    }

    /** A stolen key makes no other key and ends no login. */
    @ParameterizedTest
    @CsvSource({
        "GET, /v1/auth/keys",
        "POST, /v1/auth/keys",
        "DELETE, /v1/auth/keys/key_x",
        "GET, /v1/auth/sessions",
        "DELETE, /v1/auth/sessions",
        "DELETE, /v1/auth/sessions/sid_x",
        "POST, /v1/auth/password",
    })
    void aKeyReachesNoCallAboutAccountsButMe(String method, String path) {
        var login = loggedIn("limited");
        var key = key(login);

        var body = method.equals("POST") ? new JsonObject().put("name", "another") : new JsonObject();
        var answer = client.as(key, method, path, body);

        assertProblem(answer, 403, "forbidden");
    }

    @Test
    void aDeletedKeyStops() throws Exception {
        var login = loggedIn("deleter");
        var stranger = loggedIn("stranger");
        var created = create(login, new JsonObject().put("name", "short-lived")).json();
        var key = created.getString("key");
        var path = "/v1/auth/keys/" + created.getString("keyId");
        assertThat(meOnceKnown(key).status()).isEqualTo(200);

        assertProblem(client.as(stranger, "DELETE", path), 404, "key_not_found");
        assertThat(client.me(key).status()).isEqualTo(200);

        assertThat(client.as(login, "DELETE", path).status()).isEqualTo(204);
        eventually(() -> client.me(key).status() == 401);
        assertProblem(client.as(login, "DELETE", path), 404, "key_not_found");

        // A replica that was late with the publication of the key does not bring it back.
        service.backends.run("insert into auth.bus_outbox values ('APIKEYS', '" + Sha256.hex(key) + "', '{}')");
        eventually(() -> service.backends.number("select count(*) from auth.bus_outbox") == 0);
        try (var bus = service.backends.connect("reader-of-the-test")) {
            assertThat(bus.kv("APIKEYS").get(Sha256.hex(key)).join()).isEmpty();
        }
    }

    @Test
    void anEntryThatCannotBePublishedDelaysNoDeletion() throws Exception {
        var login = loggedIn("delayed");
        var created = create(login, new JsonObject().put("name", "short-lived")).json();
        var key = created.getString("key");
        meOnceKnown(key);
        service.backends.run("insert into auth.bus_outbox values ('APIKEYS', '0 0', null)");

        client.as(login, "DELETE", "/v1/auth/keys/" + created.getString("keyId"));

        eventually(() -> client.me(key).status() == 401);
        service.backends.run("delete from auth.bus_outbox where key = '0 0'");
    }

    /** However an account goes: its keys go with it. */
    @Test
    void theKeysOfADeletedAccountStop() throws Exception {
        var login = loggedIn("leaver");
        var key = key(login);
        assertThat(client.me(key).status()).isEqualTo(200);

        service.backends.run("delete from auth.account where username = 'leaver'");

        try (var bus = service.backends.connect("reader-of-the-test")) {
            eventually(() -> bus.kv("APIKEYS").get(Sha256.hex(key)).join().isEmpty());
        }
        eventually(() -> client.me(key).text().contains("API key"));
        assertRefused(client.me(key), "unauthenticated");
    }

    /** The access token may outlive the account by a moment. */
    @Test
    void aDisabledUserGetsNoKey() throws Exception {
        var login = loggedIn("disabled");
        service.backends.run("update auth.account set state = 'disabled' where username = 'disabled'");

        assertRefused(create(login, new JsonObject().put("name", "too late")), "unauthenticated");
    }

    @Test
    void aUserHasAtMostFiftyKeys() {
        var login = loggedIn("collector");
        for (var i = 0; i < 50; i++) {
            assertThat(create(login, new JsonObject().put("name", "key " + i)).status())
                    .isEqualTo(201);
        }

        assertProblem(create(login, new JsonObject().put("name", "one more")), 429, "quota_exceeded");

        var first = client.as(login, "GET", "/v1/auth/keys?limit=40").json();
        var rest = client.as(login, "GET", "/v1/auth/keys?limit=40&cursor=" + first.getString("next"))
                .json();
        assertThat(first.getJsonArray("items")).hasSize(40);
        assertThat(rest.getJsonArray("items")).hasSize(10);
        assertThat(rest.getString("next")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'name':''}",
                "{'name':'x','scopes':[]}",
                "{'name':'x','scopes':['admin']}",
                "{'name':'x','scopes':['read','read']}",
                "{'name':'x','expiresInDays':0}",
                "{'name':'x','expiresInDays':367}",
                "{'name':'x','serviceAccount':'sa_1'}",
            })
    void aKeyThatCannotBeIsRefused(String body) {
        var login = loggedIn("careless");

        assertProblem(
                client.send("POST", "/v1/auth/keys", body.replace('\'', '"'), Client.bearer(login)),
                400,
                "invalid_request");
    }

    /** Registers the user unless another case of the test has done so. */
    private static String loggedIn(String username) {
        var registered = client.register(username, PASSWORD);
        assertThat(registered.status()).as(registered.text()).isIn(201, 409);
        var login = client.login(username, PASSWORD);
        assertThat(login.status()).as(login.text()).isEqualTo(200);
        return login.accessToken();
    }

    private static String key(String login) {
        var key = client.createKey(login);
        meOnceKnown(key);
        return key;
    }

    /** Verifiers learn a key a moment after it was published. */
    private static HttpAnswer meOnceKnown(String key) {
        eventually(() -> client.me(key).status() == 200);
        return client.me(key);
    }

    private static HttpAnswer create(String login, JsonObject body) {
        return client.send("POST", "/v1/auth/keys", body.encode(), Client.bearer(login));
    }

    private static Instant time(JsonObject key, String field) {
        return Instant.parse(key.getString(field));
    }
}
