package dev.faas.http.token;

import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies access tokens: only ES256, with the key that {@code kid} names. Rejects every token while it has no keys.
 *
 * <p>A {@link JWTAuth} without a key accepts {@code alg: none}; without a kid it tries every key; and it only logs a key that it
 * cannot use. So this class checks the header first, and each key has its own {@code JWTAuth}. A verification takes about
 * 0.45 ms of processor time, so verified tokens are cached by their hash until the keys change. Times and revocation are
 * checked on every call.
 *
 * <p>Thread-safe; shared by all instances of a service.
 */
public final class TokenVerifier {
    /** The {@code iss} of every access token. */
    public static final String ISSUER = "faas";

    /** The {@code aud} of every access token. */
    public static final String AUDIENCE = "faas";

    /** The claim of access tokens that browsers keep in a cookie. */
    public static final String CSRF = "csrf";

    private record Keys(Map<String, JWTAuth> byKid, VerifiedTokens verified) {}

    private final Logger log = LoggerFactory.getLogger(TokenVerifier.class);
    private final Vertx vertx;
    private final Clock clock;
    private final ApiKeys apiKeys;
    private volatile Keys activeKeys = new Keys(Map.of(), new VerifiedTokens());
    private volatile Predicate<String> isRevoked = sid -> false;
    private volatile BiPredicate<String, Instant> isVoid = (userId, issuedAt) -> false;
    private volatile BiConsumer<String, HttpServerRequest> whenKeyUsed = (keyId, request) -> {};

    public TokenVerifier(Vertx vertx) {
        this(vertx, Clock.systemUTC());
    }

    TokenVerifier(Vertx vertx, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
        this.apiKeys = new ApiKeys(clock);
    }

    /** Takes public JWKs (JSON) by kid. A key that is not a P-256 key is ignored and logged. */
    public void replaceKeys(Map<String, String> publicJwkByKid) {
        var usable = new HashMap<String, JWTAuth>();
        publicJwkByKid.forEach((kid, jwk) -> VerifyingKey.load(vertx, kid, jwk)
                .ifPresentOrElse(
                        key -> usable.put(kid, key),
                        () -> log.warn("signing key ignored: not a P-256 key kid={}", kid)));
        activeKeys = new Keys(Map.copyOf(usable), new VerifiedTokens());
    }

    /** @param sidIsRevoked called for every verification: must be quick and thread-safe */
    public void checkRevocationsWith(Predicate<String> sidIsRevoked) {
        isRevoked = sidIsRevoked;
    }

    /** @param issuedTooEarly called with user and time of issue for every verification: must be quick and thread-safe */
    public void checkIssueTimesWith(BiPredicate<String, Instant> issuedTooEarly) {
        isVoid = issuedTooEarly;
    }

    /** @param used called with the id of an API key and each request with it: must be quick and thread-safe */
    void noteUsesOfKeysWith(BiConsumer<String, HttpServerRequest> used) {
        whenKeyUsed = used;
    }

    /** API keys count as access tokens do. */
    ApiKeys apiKeys() {
        return apiKeys;
    }

    public boolean hasKeys() {
        return !activeKeys.byKid().isEmpty();
    }

    /** Fails with {@code unauthenticated} or {@code token_expired}. Completes on the calling thread. */
    public Future<Principal> verify(String bearer) {
        return admit(bearer).map(Access::principal);
    }

    /** As {@link #verify}. */
    public Future<Access> admit(String bearer) {
        if (bearer.startsWith(ApiKeyText.PREFIX)) {
            return Future.succeededFuture(bearer).map(apiKeys::admit);
        }
        var current = activeKeys;
        var now = clock.instant();
        return current.verified()
                .find(bearer)
                .map(Future::succeededFuture)
                .orElseGet(() -> authenticate(bearer, current, now))
                .compose(token -> checkTimeAndRevocation(token, now))
                .map(token -> new Access(token.principal(), token.browser(), () -> !hasEnded(token)));
    }

    /** As {@link #admit(String)}, for a request with it. */
    Future<Access> admit(String bearer, HttpServerRequest request) {
        return admit(bearer).map(access -> {
            var key = access.principal().key();
            if (key != null) {
                whenKeyUsed.accept(key.keyId(), request);
            }
            return access;
        });
    }

    private Future<VerifiedToken> authenticate(String bearer, Keys current, Instant now) {
        return JoseHeader.of(bearer)
                .filter(header -> header.algorithm().equals("ES256"))
                .flatMap(header -> Optional.ofNullable(current.byKid().get(header.kid())))
                .map(key -> checkSignature(bearer, key).compose(this::readClaims, this::reject))
                .orElseGet(() -> unauthenticated("The access token was not issued by this platform. Log in again."))
                .onSuccess(token -> current.verified().remember(bearer, token, now));
    }

    /** Composed, because JWTAuth throws when a claim has an unexpected type. */
    private static Future<User> checkSignature(String bearer, JWTAuth key) {
        return Future.succeededFuture(new TokenCredentials(bearer)).compose(key::authenticate);
    }

    private Future<VerifiedToken> readClaims(User user) {
        return VerifiedToken.of(user.attributes().getJsonObject("accessToken"))
                .map(Future::succeededFuture)
                .orElseGet(() -> unauthenticated("The access token is not meant for this platform. Log in again."));
    }

    private Future<VerifiedToken> reject(Throwable reason) {
        log.debug("token rejected reason={}", reason.getMessage());
        return unauthenticated("The access token is not valid. Log in again.");
    }

    private Future<VerifiedToken> checkTimeAndRevocation(VerifiedToken token, Instant now) {
        if (!now.isBefore(token.expiresAt())) {
            return Future.failedFuture(Problem.tokenExpired().asException());
        }
        if (now.isBefore(token.notBefore())) {
            return unauthenticated("The access token is not valid yet.");
        }
        if (hasEnded(token)) {
            return unauthenticated("This login has been ended. Log in again.");
        }
        return Future.succeededFuture(token);
    }

    private boolean hasEnded(VerifiedToken token) {
        return isRevoked.test(token.principal().sid())
                || isVoid.test(token.principal().userId(), token.issuedAt());
    }

    private static <T> Future<T> unauthenticated(String detail) {
        return Future.failedFuture(Problem.unauthenticated(detail).asException());
    }
}
