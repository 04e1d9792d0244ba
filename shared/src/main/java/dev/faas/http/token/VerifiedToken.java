package dev.faas.http.token;

import dev.faas.wire.Principal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a token with a good signature says.
 *
 * @param begins {@code nbf}, or the beginning of time
 */
record VerifiedToken(Principal principal, Instant notBefore, Instant expiresAt) {
    /** The year 9999: what comes after is no time that anybody meant. */
    private static final long LAST_SECOND = 253_402_300_799L;

    /** Empty when it is from or for somebody else, or lacks a claim of ours. When it counts is judged at each use. */
    static Optional<VerifiedToken> of(JsonObject claims, String issuer, String audience) {
        if (!issuer.equals(claims.getValue("iss"))
                || !isFor(audience, claims.getValue("aud"))
                || !(claims.getValue("nbf", 0) instanceof Number begins && isTime(begins))
                || !(claims.getValue("exp") instanceof Number exp && isTime(exp))
                || !(claims.getValue("sub") instanceof String userId)
                || !(claims.getValue("sid") instanceof String sid)
                || !(claims.getValue("name") instanceof String username)) {
            return Optional.empty();
        }
        var principal = new Principal(userId, username, sid, roles(claims.getValue("roles")));
        return Optional.of(new VerifiedToken(
                principal, Instant.ofEpochSecond(begins.longValue()), Instant.ofEpochSecond(exp.longValue())));
    }

    /** Seconds since 1970; RFC 7519 allows fractions, auth writes none. */
    private static boolean isTime(Object claim) {
        return claim instanceof Number seconds && seconds.doubleValue() >= 0 && seconds.doubleValue() <= LAST_SECOND;
    }

    private static boolean isFor(String audience, Object claim) {
        return audience.equals(claim) || (claim instanceof JsonArray several && several.contains(audience));
    }

    private static Set<String> roles(Object claim) {
        var roles = new TreeSet<String>();
        if (claim instanceof JsonArray names) {
            names.forEach(name -> {
                if (name instanceof String role) {
                    roles.add(role);
                }
            });
        }
        return roles;
    }
}
