package dev.faas.auth;

import dev.faas.wire.Sha256;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;

/** Makes tokens: access tokens (ES256 JWTs, RFC 7519) and refresh tokens (256 random bits). Thread-safe. */
final class Tokens {
    static final String ISSUER = "faas";
    static final String AUDIENCE = "faas";
    private static final int REFRESH_TOKEN_BYTES = 32;
    private static final int SID_BYTES = 16;

    private record Signer(String kid, JWTAuth jwt) {}

    private final Vertx vertx;
    private final SigningKeys keys;
    private final InstantSource clock;
    private final Duration accessLifetime;
    private final SecureRandom random = new SecureRandom();
    private volatile Signer signer;

    Tokens(Vertx vertx, SigningKeys keys, InstantSource clock, Duration accessLifetime) {
        this.vertx = vertx;
        this.keys = keys;
        this.clock = clock;
        this.accessLifetime = accessLifetime;
        this.signer = signerOf(keys.signer());
    }

    Duration accessLifetime() {
        return accessLifetime;
    }

    String access(Account account, String sid) {
        var issuedAt = clock.instant().getEpochSecond();
        var claims = new JsonObject()
                .put("iss", ISSUER)
                .put("aud", AUDIENCE)
                .put("sub", account.userId())
                .put("sid", sid)
                .put("name", account.username())
                .put("roles", new JsonArray(account.roles()))
                .put("iat", issuedAt)
                .put("exp", issuedAt + accessLifetime.toSeconds());
        return current().jwt().generateToken(claims, new JWTOptions().setAlgorithm("ES256"));
    }

    String refresh() {
        return random(REFRESH_TOKEN_BYTES);
    }

    /** A new login's id; also a key of the bucket REVOKED. */
    String sid() {
        return "sid_" + random(SID_BYTES);
    }

    private String random(int bytes) {
        var token = new byte[bytes];
        random.nextBytes(token);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** What is stored of a refresh token. It has 256 bits of entropy, so a plain digest is as good as a slow one. */
    static Buffer fingerprint(String refreshToken) {
        return Buffer.buffer(Sha256.digest(refreshToken));
    }

    /** One JWTAuth a key: given several it would sign with any of them. */
    private Signer current() {
        var key = keys.signer();
        var known = signer;
        if (!known.kid().equals(key.kid())) {
            known = signerOf(key);
            signer = known;
        }
        return known;
    }

    private Signer signerOf(SigningKey key) {
        return new Signer(key.kid(), JWTAuth.create(vertx, new JWTAuthOptions().addJwk(key.privateJwk())));
    }
}
