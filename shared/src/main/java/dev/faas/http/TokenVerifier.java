package dev.faas.http;

import dev.faas.wire.Principal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Verifies access tokens: ES256 only, keys by {@code kid}; refuses everything while it has no keys. Thread-safe; shared
 * by all instances of a service.
 */
public final class TokenVerifier {
    public TokenVerifier(Vertx vertx, String issuer, String audience) {}

    /** Replaces the keys: public JWKs (JSON) by kid. */
    public void keys(Map<String, String> publicJwkByKid) {
        Pending.now();
    }

    /** Who tells that a login has been revoked; asked at every verification, so it must be quick. */
    public void revoked(Predicate<String> sidIsRevoked) {
        Pending.now();
    }

    /** Fails with {@code unauthenticated} or {@code token_expired}. */
    public Future<Principal> verify(String bearer) {
        return Pending.now();
    }

    /** Has it keys? */
    public boolean ready() {
        return false;
    }
}
