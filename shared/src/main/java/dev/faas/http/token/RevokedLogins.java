package dev.faas.http.token;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers logins that were ended (bucket REVOKED, by sid) until their last access token has expired. A deletion before that time
 * does not count: auth makes none, and a thief of another service's login to NATS may. Thread-safe.
 */
public final class RevokedLogins {
    private static final Logger LOG = LoggerFactory.getLogger(RevokedLogins.class);
    /** How long an unreadable entry counts as a revocation. */
    private static final Duration UNREADABLE = Duration.ofDays(1);
    /** By how much the clock of auth may be ahead. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final Map<String, Instant> untilBySid = new ConcurrentHashMap<>();

    public RevokedLogins(InstantSource clock) {
        this.clock = clock;
    }

    /** @param value of the bucket: an RFC 3339 time */
    public void add(String sid, byte[] value) {
        add(sid, parse(sid, new String(value, StandardCharsets.UTF_8)));
    }

    public void add(String sid, Instant until) {
        untilBySid.put(sid, until);
    }

    /** After a deletion in the bucket. */
    public void removeIfOver(String sid) {
        var now = clock.instant().plus(CLOCK_SKEW);
        untilBySid.computeIfPresent(sid, (key, until) -> until.isBefore(now) ? null : until);
    }

    public boolean isRevoked(String sid) {
        return untilBySid.containsKey(sid);
    }

    /** The logins whose time is over. */
    public List<String> over() {
        var now = clock.instant();
        return untilBySid.entrySet().stream()
                .filter(entry -> entry.getValue().isBefore(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Instant parse(String sid, String value) {
        try {
            return Instant.parse(value);
        } catch (DateTimeException e) {
            LOG.warn("unreadable entry in bucket REVOKED treated as revoked login={} value={}", sid, value);
            return clock.instant().plus(UNREADABLE);
        }
    }
}
