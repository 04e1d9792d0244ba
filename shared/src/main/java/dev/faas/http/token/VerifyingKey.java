package dev.faas.http.token;

import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.util.Optional;
import java.util.regex.Pattern;

/** Creates a {@link JWTAuth} for exactly one public P-256 key. */
final class VerifyingKey {
    /** {@code {"alg":"none"}} without claims; only a JWTAuth without a usable key accepts it. */
    private static final TokenCredentials UNSIGNED = new TokenCredentials("eyJhbGciOiJub25lIn0.e30");

    /** 32 bytes in base64url, leading zeros included (RFC 7518, 6.2.1.2). */
    private static final Pattern COORDINATE = Pattern.compile("[A-Za-z0-9_-]{43}");

    private VerifyingKey() {}

    /** Empty when the JWK is not a public key for ES256. */
    static Optional<JWTAuth> load(Vertx vertx, String kid, String jwk) {
        try {
            return publicPoint(kid, new JsonObject(jwk))
                    .map(key -> JWTAuth.create(
                            vertx,
                            // TokenVerifier checks the expiry, because it has its own problem code.
                            new JWTAuthOptions().addJwk(key).setJWTOptions(new JWTOptions().setIgnoreExpiration(true))))
                    .filter(auth -> auth.authenticate(UNSIGNED).failed());
        } catch (DecodeException notJson) {
            return Optional.empty();
        }
    }

    /** Only the members of a public key, with the expected algorithm and the given kid. */
    private static Optional<JsonObject> publicPoint(String kid, JsonObject jwk) {
        if (!"EC".equals(jwk.getValue("kty"))
                || !"P-256".equals(jwk.getValue("crv"))
                || !(jwk.getValue("x") instanceof String x)
                || !(jwk.getValue("y") instanceof String y)
                || !COORDINATE.matcher(x).matches()
                || !COORDINATE.matcher(y).matches()) {
            return Optional.empty();
        }
        return Optional.of(new JsonObject()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("x", x)
                .put("y", y)
                .put("alg", "ES256")
                .put("use", "sig")
                .put("kid", kid));
    }
}
