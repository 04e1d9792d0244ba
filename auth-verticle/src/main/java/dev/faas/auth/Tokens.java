package dev.faas.auth;

import dev.faas.auth.signing.SigningKey;
import dev.faas.auth.signing.SigningKeys;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.Sha256;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;

/** Creates access tokens (ES256 JWTs, RFC 7519) and refresh tokens (256 random bits). Thread-safe. */
final class Tokens {
    private static final int REFRESH_TOKEN_BYTES = 32;
    private static final int SID_BYTES = 16;
    private static final Duration CLOCK_MARGIN = Duration.ofMinutes(1);

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
        this.signer = createSigner(keys.signer());
    }

    /** From then on no verifier accepts an access token of today, even if its clock is slow. */
    Instant lastExpiry(Instant now) {
        return now.plus(revocationKept(accessLifetime));
    }

    /** How long the revocation of a login is kept: clocks of verifiers may be slow. */
    static Duration revocationKept(Duration accessLifetime) {
        return accessLifetime.plus(CLOCK_MARGIN);
    }

    /** Completes when the clock has reached this time, before which a verifier rejects the token. */
    Future<Void> await(Instant issuedAt) {
        var ahead = Duration.between(clock.instant(), issuedAt).toMillis();
        return ahead <= 0 ? Future.succeededFuture() : vertx.timer(ahead + 1).mapEmpty();
    }

    /** Shorter than usual when the login is over before. */
    Duration accessLifetime(Instant issuedAt, Instant loginEndsAt) {
        var left = Duration.between(issuedAt, loginEndsAt);
        return left.compareTo(accessLifetime) < 0 ? left : accessLifetime;
    }

    /** @param csrf of a token for a browser's cookie; else empty */
    String createAccessToken(Account account, String sid, String csrf, Instant issuance, Duration lifetime) {
        var issuedAt = issuance.getEpochSecond();
        var claims = new JsonObject()
                .put("iss", TokenVerifier.ISSUER)
                .put("aud", TokenVerifier.AUDIENCE)
                .put("sub", account.userId())
                .put("sid", sid)
                .put("name", account.username())
                .put("roles", new JsonArray(account.roles()))
                .put("iat", issuedAt)
                .put("exp", issuedAt + lifetime.toSeconds());
        if (!csrf.isEmpty()) {
            claims.put(TokenVerifier.CSRF, csrf);
        }
        return currentSigner().jwt().generateToken(claims, new JWTOptions().setAlgorithm("ES256"));
    }

    String createRefreshToken() {
        return randomText(REFRESH_TOKEN_BYTES);
    }

    /** Id of a new login; also its key in the bucket REVOKED. */
    String createSid() {
        return "sid_" + randomText(SID_BYTES);
    }

    private String randomText(int bytes) {
        var token = new byte[bytes];
        random.nextBytes(token);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** Stored instead of the refresh token. The token has 256 bits of entropy, so a fast digest is as safe as a slow one. */
    static Buffer fingerprint(String refreshToken) {
        return Buffer.buffer(Sha256.digest(refreshToken));
    }

    /** One JWTAuth for each key: with several keys it would sign with any of them. */
    private Signer currentSigner() {
        var key = keys.signer();
        var current = signer;
        if (!current.kid().equals(key.kid())) {
            current = createSigner(key);
            signer = current;
        }
        return current;
    }

    private Signer createSigner(SigningKey key) {
        return new Signer(key.kid(), JWTAuth.create(vertx, new JWTAuthOptions().addJwk(key.privateJwk())));
    }
}
