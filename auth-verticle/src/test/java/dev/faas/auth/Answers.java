package dev.faas.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.HttpAnswer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Assertions about responses and tokens. */
final class Answers {
    private Answers() {}

    /** 401 with a challenge. */
    static void assertRefused(HttpAnswer answer, String code) {
        assertProblem(answer, 401, code);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
    }

    static void assertProblem(HttpAnswer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    }

    static JsonObject header(String accessToken) {
        return decoded(accessToken.split("\\.")[0]);
    }

    static JsonObject claims(String accessToken) {
        return decoded(accessToken.split("\\.")[1]);
    }

    static String encoded(JsonObject part) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(part.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject decoded(String part) {
        return new JsonObject(new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    }
}
