package dev.faas.http.token;

import dev.faas.wire.Sha256;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens that one set of keys has verified, by SHA-256, so that a memory dump holds no credential. Bounded: the least
 * recently used goes first. Thread-safe.
 */
final class VerifiedTokens {
    private static final int MAX_ENTRIES = 20_000;

    private final Map<String, VerifiedToken> byHash = new LinkedHashMap<>(64, 0.75f, true);

    Optional<VerifiedToken> find(String token) {
        var hash = Sha256.hex(token);
        synchronized (byHash) {
            return Optional.ofNullable(byHash.get(hash));
        }
    }

    void remember(String token, VerifiedToken verified, Instant now) {
        if (!now.isBefore(verified.expiresAt())) {
            return;
        }
        var hash = Sha256.hex(token);
        synchronized (byHash) {
            byHash.put(hash, verified);
            if (byHash.size() > MAX_ENTRIES) {
                removeEldest(byHash.values().iterator());
            }
        }
    }

    private static void removeEldest(Iterator<VerifiedToken> leastRecentlyUsedFirst) {
        leastRecentlyUsedFirst.next();
        leastRecentlyUsedFirst.remove();
    }
}
