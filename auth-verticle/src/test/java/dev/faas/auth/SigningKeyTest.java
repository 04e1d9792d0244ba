package dev.faas.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.auth.signing.SigningKey;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class SigningKeyTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    /** One key in 256 has a coordinate that begins with a zero byte; the encoding must keep it. */
    @Test
    void givenAnyNewKeyWhenEncodedThenEveryPartHas32Bytes() {
        for (int i = 0; i < 1_000; i++) {
            var key = SigningKey.generate(NOW);

            assertThat(List.of(key.x(), key.y(), key.d()))
                    .allSatisfy(part ->
                            assertThat(Base64.getUrlDecoder().decode(part)).hasSize(32));
        }
    }

    @Test
    void givenAKeyWhenShownThenThePrivatePartIsNotInIt() {
        var key = SigningKey.generate(NOW);

        assertThat(key.publicJwk().fieldNames()).containsExactlyInAnyOrder("kty", "crv", "use", "alg", "kid", "x", "y");
        assertThat(key.publicJwk().encode() + key).doesNotContain(key.d());
    }

    @Test
    void givenAKeyWhenNamedThenTheNameIsItsThumbprint() throws Exception {
        var jwk = SigningKey.generate(NOW).publicJwk();
        var canonical = new JsonObject()
                .put("crv", jwk.getString("crv"))
                .put("kty", jwk.getString("kty"))
                .put("x", jwk.getString("x"))
                .put("y", jwk.getString("y"));

        var digest =
                MessageDigest.getInstance("SHA-256").digest(canonical.encode().getBytes(StandardCharsets.UTF_8));

        assertThat(jwk.getString("kid"))
                .isEqualTo(Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
    }
}
