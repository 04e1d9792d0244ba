package dev.faas.http.token;

import dev.faas.wire.Codec;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import dev.faas.wire.PublishedKey;
import dev.faas.wire.Scope;
import dev.faas.wire.Sha256;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows all valid API keys by their hash, from what auth publishes. A key acts as its user. Thread-safe. */
final class ApiKeys {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);

    private final Clock clock;
    private final Map<String, PublishedKey> byHash = new ConcurrentHashMap<>();

    ApiKeys(Clock clock) {
        this.clock = clock;
    }

    void put(String hash, byte[] value) {
        try {
            byHash.put(hash, Codec.decode(value, PublishedKey.class));
        } catch (Codec.CodecException e) {
            byHash.remove(hash);
            LOG.warn("unreadable entry in bucket APIKEYS ignored cause={}", e.getMessage());
        }
    }

    void remove(String hash) {
        byHash.remove(hash);
    }

    /** @throws dev.faas.wire.ProblemException unauthenticated */
    Access admit(String text) {
        var hash = Sha256.hex(text);
        var key = find(text, hash)
                .orElseThrow(() -> Problem.unauthenticated(
                                "This API key is unknown, expired or deleted. Create another one.")
                        .asException());
        return new Access(toPrincipal(key), null, () -> find(text, hash).isPresent());
    }

    private Optional<PublishedKey> find(String text, String hash) {
        return ApiKeyText.isKey(text)
                ? Optional.ofNullable(byHash.get(hash))
                        .filter(key -> clock.instant().isBefore(key.expiresAt()))
                : Optional.empty();
    }

    private static Principal toPrincipal(PublishedKey key) {
        var scopes =
                key.scopes().stream().flatMap(text -> Scope.of(text).stream()).collect(Collectors.toSet());
        return new Principal(
                key.userId(),
                key.username(),
                key.keyId(),
                // Roles are rights over other users, which no key has.
                Set.of(),
                new Principal.Key(key.keyId(), key.project(), scopes));
    }
}
