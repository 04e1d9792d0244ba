package dev.faas.auth;

import static dev.faas.auth.Answers.assertRefused;
import static dev.faas.auth.Answers.claims;
import static dev.faas.auth.Answers.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.HttpAnswer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each call of the API as a client sees it. */
class AuthApiTest extends ServiceFixture {
    @Test
    void givenANewUserWhenTakingAllStepsThenEachAnswersAsTheApiSays() {
        var registered = client.register("story", PASSWORD);
        assertThat(registered.status()).isEqualTo(201);
        assertThat(registered.header("Content-Type")).startsWith("application/json");
        var account = registered.json();
        assertThat(account.fieldNames()).containsExactlyInAnyOrder("userId", "username", "roles", "createdAt");
        assertThat(account.getString("userId")).matches("usr_[0-9a-z]{26}");
        assertThat(account.getString("username")).isEqualTo("story");
        assertThat(account.getJsonArray("roles")).isEqualTo(JsonArray.of("user"));
        assertThat(account.getString("createdAt")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");

        var login = client.login("story", PASSWORD);
        assertThat(login.status()).isEqualTo(200);
        assertThat(login.header("Cache-Control")).isEqualTo("no-store");
        assertThat(login.json().fieldNames())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "refresh_token");
        assertThat(login.json().getString("token_type")).isEqualTo("Bearer");
        assertThat(login.json().getInteger("expires_in")).isEqualTo(900);

        assertThat(client.me(login.accessToken()).json()).isEqualTo(account);

        var refreshed = client.refresh(login.refreshToken());
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(refreshed.header("Cache-Control")).isEqualTo("no-store");
        assertThat(refreshed.refreshToken()).isNotEqualTo(login.refreshToken());
        assertThat(client.me(refreshed.accessToken()).json()).isEqualTo(account);

        assertThat(client.logout(refreshed.refreshToken()).status()).isEqualTo(204);
        assertRefused(client.refresh(refreshed.refreshToken()), "invalid_credentials");
        assertRefused(client.me(refreshed.accessToken()), "unauthenticated");
        assertRefused(client.me(login.accessToken()), "unauthenticated");
    }

    @Test
    void givenASpentRefreshTokenWhenItIsSeenAgainThenTheWholeLoginIsRevoked() {
        client.register("reuse", PASSWORD);
        var login = client.login("reuse", PASSWORD);
        var other = client.login("reuse", PASSWORD);
        var refreshed = client.refresh(login.refreshToken());

        assertRefused(client.refresh(login.refreshToken()), "invalid_credentials");

        assertRefused(client.refresh(refreshed.refreshToken()), "invalid_credentials");
        assertRefused(client.me(refreshed.accessToken()), "unauthenticated");
        // another login of the same user is not affected
        assertThat(client.refresh(other.refreshToken()).status()).isEqualTo(200);
    }

    @Test
    void givenALoginWhenItHasEndedThenEndingItAgainOrEndingAnUnknownOneIsNoError() {
        client.register("twice", PASSWORD);
        var login = client.login("twice", PASSWORD);

        assertThat(client.logout(login.refreshToken()).status()).isEqualTo(204);
        assertThat(client.logout(login.refreshToken()).status()).isEqualTo(204);
        assertThat(client.logout("never-issued").status()).isEqualTo(204);
    }

    @Test
    void givenALoginWhenASpentTokenLogsOutThenTheLoginEndsToo() {
        client.register("spent", PASSWORD);
        var login = client.login("spent", PASSWORD);
        var refreshed = client.refresh(login.refreshToken());

        assertThat(client.logout(login.refreshToken()).status()).isEqualTo(204);

        assertRefused(client.refresh(refreshed.refreshToken()), "invalid_credentials");
    }

    @Test
    void givenANameThatIsTakenWhenRegisteredThenItIsAConflict() {
        client.register("taken", PASSWORD);

        var answer = client.register("taken", "another password");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("username_taken");
        assertThat(client.login("taken", PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void givenAnUnknownUserOrAWrongPasswordWhenLoggingInThenTheAnswersAreAlike() {
        client.register("alike", PASSWORD);

        var wrongPassword = client.login("alike", "wrong");
        var unknownUser = client.login("nobody-of-this-name", PASSWORD);
        var impossibleName = client.login("No Such NAME", PASSWORD);

        for (var answer : List.of(wrongPassword, unknownUser, impossibleName)) {
            assertRefused(answer, "invalid_credentials");
            assertThat(withoutRequestId(answer)).isEqualTo(withoutRequestId(wrongPassword));
        }
    }

    @Test
    void givenAnAccessTokenWhenDecodedThenItHasTheClaimsOfTheApi() {
        var userId = client.register("claims", PASSWORD).json().getString("userId");
        var before = Instant.now().getEpochSecond();
        var token = client.login("claims", PASSWORD).accessToken();
        var header = header(token);
        var claims = claims(token);

        assertThat(header.getString("alg")).isEqualTo("ES256");
        assertThat(header.getString("kid")).isEqualTo(jwks().getJsonObject(0).getString("kid"));
        assertThat(claims.fieldNames())
                .containsExactlyInAnyOrder("iss", "aud", "sub", "sid", "name", "roles", "iat", "exp");
        assertThat(claims.getString("iss")).isEqualTo("faas");
        assertThat(claims.getString("aud")).isEqualTo("faas");
        assertThat(claims.getString("sub")).isEqualTo(userId);
        assertThat(claims.getString("name")).isEqualTo("claims");
        assertThat(claims.getJsonArray("roles")).isEqualTo(JsonArray.of("user"));
        assertThat(claims.getLong("iat")).isBetween(before, before + 30);
        assertThat(claims.getLong("exp")).isEqualTo(claims.getLong("iat") + 900);
    }

    @Test
    void givenTheServiceWhenAskedForItsKeysThenOnlyPublicPartsAreShown() {
        assertThat(jwks()).hasSize(1);
        assertThat(jwks().getJsonObject(0).fieldNames())
                .containsExactlyInAnyOrder("kty", "crv", "use", "alg", "kid", "x", "y");
    }

    @Test
    void givenALogoutWhenTheBucketsAreReadThenTheRevocationAndTheKeysAreThere() throws Exception {
        client.register("bus", PASSWORD);
        var login = client.login("bus", PASSWORD);
        var sid = claims(login.accessToken()).getString("sid");
        client.logout(login.refreshToken());

        try (var bus = service.backends.connect("reader-of-the-test")) {
            var revoked = bus.kv("REVOKED").get(sid).join().orElseThrow();
            var until = Instant.parse(new String(revoked.value().bytes(), StandardCharsets.UTF_8));
            assertThat(until)
                    .isBetween(
                            Instant.now().plus(Backends.ACCESS_LIFETIME),
                            Instant.now().plus(Backends.ACCESS_LIFETIME).plusSeconds(120));
            var jwk = jwks().getJsonObject(0);
            var published = bus.kv("KEYS").get(jwk.getString("kid")).join().orElseThrow();
            assertThat(new JsonObject(new String(published.value().bytes(), StandardCharsets.UTF_8)))
                    .isEqualTo(jwk);
        }
    }

    @Test
    void givenEverythingIsThereWhenAskedForReadinessThenItNamesBothDependencies() {
        var ready = client.get("/readyz");

        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.text()).contains("postgres", "nats");
    }

    private static JsonArray jwks() {
        return client.get("/.well-known/jwks.json").json().getJsonArray("keys");
    }

    private static JsonObject withoutRequestId(HttpAnswer answer) {
        var json = answer.json();
        json.remove("requestId");
        return json;
    }
}
