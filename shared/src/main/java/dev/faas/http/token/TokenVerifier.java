package dev.faas.http.token;

import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies access tokens: ES256 only, keys by {@code kid}; refuses everything while it has no keys.
 *
 * <p>A {@link JWTAuth} without a key accepts {@code alg: none}, one that gets no kid tries every key, and a key it cannot
 * use is only logged. So the header is judged here first, and each key has a {@code JWTAuth} of its own. A verification
 * costs about 0.45 ms of processor time: verified tokens are remembered by their hash until they expire or the keys
 * change. Revocation is asked about every time.
 *
 * <p>Thread-safe; shared by all instances of a service.
 */
public final class TokenVerifier {
    private record Keys(Map<String, JWTAuth> byKid, VerifiedTokens verified) {}

    private final Logger log = LoggerFactory.getLogger(TokenVerifier.class);
    private final Vertx vertx;
    private final String issuer;
    private final String audience;
    private final Clock clock;
    private volatile Keys activeKeys = new Keys(Map.of(), new VerifiedTokens());
    private volatile Predicate<String> isRevoked = sid -> false;

    public TokenVerifier(Vertx vertx, String issuer, String audience) {
        this(vertx, issuer, audience, Clock.systemUTC());
    }

    TokenVerifier(Vertx vertx, String issuer, String audience, Clock clock) {
        this.vertx = vertx;
        this.issuer = issuer;
        this.audience = audience;
        this.clock = clock;
    }

    /** Replaces the keys: public JWKs (JSON) by kid. One that is no P-256 key is left out, and logged. */
    public void replaceKeys(Map<String, String> publicJwkByKid) {
        var usable = new HashMap<String, JWTAuth>();
        publicJwkByKid.forEach((kid, jwk) -> VerifyingKey.load(vertx, kid, jwk)
                .ifPresentOrElse(key -> usable.put(kid, key), () -> log.warn("signing key {} is not usable", kid)));
        activeKeys = new Keys(Map.copyOf(usable), new VerifiedTokens());
    }

    /** Who tells that a login has been revoked; asked at every verification, so it must be quick and thread-safe. */
    public void checkRevocationsWith(Predicate<String> sidIsRevoked) {
        isRevoked = sidIsRevoked;
    }

    /** Has it keys? */
    public boolean hasKeys() {
        return !activeKeys.byKid().isEmpty();
    }

    /** Fails with {@code unauthenticated} or {@code token_expired}. Completes on the calling thread. */
    public Future<Principal> verify(String bearer) {
        var current = activeKeys;
        var now = clock.instant();
        return current.verified()
                .find(bearer)
                .map(Future::succeededFuture)
                .orElseGet(() -> authenticate(bearer, current, now))
                .compose(token -> checkTimeAndRevocation(token, now));
    }

    private Future<VerifiedToken> authenticate(String bearer, Keys current, Instant now) {
        return JoseHeader.of(bearer)
                .filter(header -> header.algorithm().equals("ES256"))
                .flatMap(header -> Optional.ofNullable(current.byKid().get(header.kid())))
                .map(key -> checkSignature(bearer, key).compose(this::readClaims, this::reject))
                .orElseGet(() -> unauthenticated("The access token is not one of ours."))
                .onSuccess(token -> current.verified().remember(bearer, token, now));
    }

    /** Composed, because a claim of another type than JWTAuth expects is thrown at its caller. */
    private static Future<User> checkSignature(String bearer, JWTAuth key) {
        return Future.succeededFuture(new TokenCredentials(bearer)).compose(key::authenticate);
    }

    private Future<VerifiedToken> readClaims(User user) {
        return VerifiedToken.of(user.attributes().getJsonObject("accessToken"), issuer, audience)
                .map(Future::succeededFuture)
                .orElseGet(() -> unauthenticated("The access token is not meant for this platform."));
    }

    private Future<VerifiedToken> reject(Throwable reason) {
        log.debug("a token was refused: {}", reason.getMessage());
        return unauthenticated("The access token is not valid.");
    }

    private Future<Principal> checkTimeAndRevocation(VerifiedToken token, Instant now) {
        if (!now.isBefore(token.expiresAt())) {
            return Future.failedFuture(Problem.tokenExpired().asException());
        }
        if (now.isBefore(token.notBefore())) {
            return unauthenticated("The access token is not valid yet.");
        }
        if (isRevoked.test(token.principal().sid())) {
            return unauthenticated("This login has been ended. Log in again.");
        }
        return Future.succeededFuture(token.principal());
    }

    private static <T> Future<T> unauthenticated(String detail) {
        return Future.failedFuture(Problem.unauthenticated(detail).asException());
    }
}
