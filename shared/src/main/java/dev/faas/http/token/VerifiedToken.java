package dev.faas.http.token;

import dev.faas.wire.Principal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Holds the claims of a token with a valid signature.
 *
 * @param issuedAt {@code iat}, and {@code notBefore} is {@code nbf}; 1970 without it
 */
record VerifiedToken(
        Principal principal, Instant issuedAt, Instant notBefore, Instant expiresAt, Access.@Nullable Browser browser) {
    /** The end of the year 9999. */
    private static final long LAST_SECOND = 253_402_300_799L;

    /** Empty when issuer or audience differ, or a claim is missing or invalid. The times are not compared with the clock here. */
    static Optional<VerifiedToken> of(JsonObject claims) {
        if (!TokenVerifier.ISSUER.equals(claims.getValue("iss"))
                || !isForThisPlatform(claims.getValue("aud"))
                || !(claims.getValue("iat", 0) instanceof Number issued && isTime(issued))
                || !(claims.getValue("nbf", 0) instanceof Number begins && isTime(begins))
                || !(claims.getValue("exp") instanceof Number exp && isTime(exp))
                || !(claims.getValue("sub") instanceof String userId)
                || !(claims.getValue("sid") instanceof String sid)
                || !(claims.getValue("name") instanceof String username)) {
            return Optional.empty();
        }
        var principal = new Principal(userId, username, sid, roles(claims.getValue("roles")));
        return Optional.of(new VerifiedToken(
                principal,
                Instant.ofEpochSecond(issued.longValue()),
                Instant.ofEpochSecond(begins.longValue()),
                Instant.ofEpochSecond(exp.longValue()),
                claims.getValue(TokenVerifier.CSRF) instanceof String csrf
                        ? new Access.Browser(csrf, Instant.ofEpochSecond(exp.longValue()))
                        : null));
    }

    /** Seconds since 1970; RFC 7519 allows fractions. */
    private static boolean isTime(Object claim) {
        return claim instanceof Number seconds && seconds.doubleValue() >= 0 && seconds.doubleValue() <= LAST_SECOND;
    }

    private static boolean isForThisPlatform(Object claim) {
        return TokenVerifier.AUDIENCE.equals(claim)
                || (claim instanceof JsonArray several && several.contains(TokenVerifier.AUDIENCE));
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
