package dev.faas.http.token;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows from when on the access tokens of a user count: those that were issued earlier are void, because all logins of the user
 * were ended. Those of a deleted user never count again. An entry is forgotten when such tokens have expired. Thread-safe.
 */
public final class TokenCutoffs {
    private static final Logger LOG = LoggerFactory.getLogger(TokenCutoffs.class);
    /** Above the longest lifetime of an access token, 12 h. */
    public static final Duration KEPT = Duration.ofHours(13);

    /** From when on the tokens of a deleted user count. */
    public static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

    private final InstantSource clock;
    private final Map<String, Instant> tokensFrom = new ConcurrentHashMap<>();

    public TokenCutoffs(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether a key of the bucket REVOKED is a user's, and not a login's. */
    public static boolean isUser(String key) {
        return key.startsWith("usr_");
    }

    /** @param value of the bucket REVOKED: an RFC 3339 time; one that cannot be read voids all tokens of now */
    public void add(String userId, String value) {
        add(userId, parse(userId, value));
    }

    /** A later time counts. */
    public void add(String userId, Instant from) {
        var forgotten = clock.instant().minus(KEPT);
        tokensFrom.values().removeIf(time -> time.isBefore(forgotten));
        tokensFrom.merge(userId, from, (one, other) -> one.isAfter(other) ? one : other);
    }

    public boolean isVoid(String userId, Instant issuedAt) {
        var from = tokensFrom.get(userId);
        return from != null && issuedAt.isBefore(from);
    }

    public Set<String> deletedUsers() {
        return tokensFrom.entrySet().stream()
                .filter(entry -> entry.getValue().equals(NEVER))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    private Instant parse(String userId, String value) {
        try {
            return Instant.parse(value);
        } catch (DateTimeException e) {
            LOG.warn("unreadable entry in bucket REVOKED voids all tokens of now user={} value={}", userId, value);
            return clock.instant();
        }
    }
}
