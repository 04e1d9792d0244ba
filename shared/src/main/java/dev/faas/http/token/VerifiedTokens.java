package dev.faas.http.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.faas.wire.Sha256;
import java.time.Instant;
import java.util.Optional;

/**
 * Remembers the tokens that one set of keys has verified, by their SHA-256, so that a memory dump contains no credential.
 * Bounded and thread-safe.
 */
final class VerifiedTokens {
    private static final int MAX_ENTRIES = 20_000;

    private final Cache<String, VerifiedToken> byHash =
            Caffeine.newBuilder().maximumSize(MAX_ENTRIES).build();

    Optional<VerifiedToken> find(String token) {
        return Optional.ofNullable(byHash.getIfPresent(Sha256.hex(token)));
    }

    void remember(String token, VerifiedToken verified, Instant now) {
        if (now.isBefore(verified.expiresAt())) {
            byHash.put(Sha256.hex(token), verified);
        }
    }
}
