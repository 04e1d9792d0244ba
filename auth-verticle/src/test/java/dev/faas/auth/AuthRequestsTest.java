package dev.faas.auth;

import static dev.faas.auth.Answers.assertProblem;
import static dev.faas.auth.Answers.assertRefused;
import static dev.faas.auth.Answers.claims;
import static dev.faas.auth.Answers.encoded;
import static dev.faas.auth.Client.credentials;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.HttpAnswer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invalid requests and the problems that they get. */
class AuthRequestsTest extends ServiceFixture {
    @Test
    void givenSeveralInvalidFieldsWhenRegisteredThenAllAreNamedAtOnce() {
        var answer = client.post(
                "/v1/auth/register", credentials("Not Valid", "short").put("admin", true));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.code()).isEqualTo("invalid_request");
        assertThat(answer.fields()).containsExactlyInAnyOrder("username", "password", "admin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/auth/register", "/v1/auth/login"})
    void givenNoFieldsWhenPostedThenBothAreMissed(String path) {
        var answer = client.post(path, new JsonObject());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.fields()).containsExactlyInAnyOrder("username", "password");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/auth/refresh", "/v1/auth/logout"})
    void givenNoTokenWhenPostedThenItIsMissed(String path) {
        var answer = client.post(path, new JsonObject());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.fields()).containsExactly("refresh_token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"abc", "0ab", "a.b-c_d", "x123456789x123456789x123456789x123456789x123456789x123456789x123"})
    void givenAnAllowedNameWhenRegisteredThenItIsTaken(String username) {
        assertThat(client.register(username, PASSWORD).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ab",
                "-abc",
                ".abc",
                "Abc",
                "a b c",
                "äbc",
                "abc\n",
                "x123456789x123456789x123456789x123456789x123456789x123456789x1234"
            })
    void givenAForbiddenNameWhenRegisteredThenItIsRefused(String username) {
        var answer = client.register(username, PASSWORD);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.fields()).containsExactly("username");
    }

    @Test
    void givenPasswordsAtTheirLimitsWhenRegisteredThenCharactersCountNotBytes() {
        assertThat(client.register("emoji8", "🔑".repeat(8)).status()).isEqualTo(201);
        assertThat(client.login("emoji8", "🔑".repeat(8)).status()).isEqualTo(200);
        assertThat(client.login("emoji8", "🔑".repeat(9)).status()).isEqualTo(401);
        assertThat(client.register("emoji256", "🔑".repeat(256)).status()).isEqualTo(201);
        assertThat(client.login("emoji256", "🔑".repeat(256)).status()).isEqualTo(200);
        assertThat(client.register("emoji7", "🔑".repeat(7)).fields()).containsExactly("password");
        assertThat(client.register("emoji257", "🔑".repeat(257)).fields()).containsExactly("password");
    }

    @Test
    void givenHalfASurrogatePairInAPasswordWhenRegisteredThenItIsRefused() {
        var answer = client.send(client.post(
                "/v1/auth/register",
                "application/json",
                "{\"username\":\"surrogate\",\"password\":\"12345678\\ud83d\"}"));

        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void givenBodiesThatAreNoJsonObjectsWhenPostedThenTheProblemSaysWhy() {
        assertProblem(send("application/json", "{\"username\":"), 400, "malformed_json");
        assertProblem(send("text/plain", "{}"), 415, "unsupported_media_type");
        assertProblem(send("application/json", "{\"username\":\"" + "x".repeat(20_000) + "\"}"), 413, "body_too_large");
        assertThat(send("application/json", "[]").status()).isEqualTo(400);
    }

    @Test
    void givenPathsAndMethodsThatAreNotThereWhenAskedThenTheProblemSaysSo() {
        assertProblem(client.post("/v1/auth/passwords", new JsonObject()), 404, "not_found");
        assertProblem(client.get("/v1/auth/key"), 404, "not_found");
        var wrongMethod = client.get("/v1/auth/login");
        assertProblem(wrongMethod, 405, "method_not_allowed");
        assertThat(wrongMethod.header("Allow")).contains("POST");
    }

    @Test
    void givenNoOrABadTokenWhenAskedWhoIAmThenItIsRefusedWithAChallenge() {
        client.register("forger", PASSWORD);
        var token = client.login("forger", PASSWORD).accessToken();
        var parts = token.split("\\.");
        var unsigned = encoded(new JsonObject().put("alg", "none").put("typ", "JWT")) + "." + parts[1] + ".";
        var claims = claims(token).put("sub", "usr_00000000000000000000000000");

        assertRefused(client.get("/v1/auth/me"), "unauthenticated");
        for (var bad : List.of("", "x", "a.b.c", unsigned, parts[0] + "." + encoded(claims) + "." + parts[2])) {
            assertRefused(client.me(bad), "unauthenticated");
        }
        assertThat(client.me(token).status()).isEqualTo(200);
    }

    private static HttpAnswer send(String contentType, String body) {
        return client.send(client.post("/v1/auth/register", contentType, body));
    }
}
