package dev.faas.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
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
        var hash = hash(token);
        synchronized (byHash) {
            return Optional.ofNullable(byHash.get(hash));
        }
    }

    void remember(String token, VerifiedToken verified, Instant now) {
        if (!now.isBefore(verified.expires())) {
            return;
        }
        var hash = hash(token);
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

    private static String hash(String token) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
