package dev.faas.auth.key;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes an API key, without the key itself.
 *
 * @param project the only one that it reaches; the user's id
 * @param hint its first characters
 * @param lastUsedAt to a minute; null: not used yet, or not known
 * @param lastUsedFrom address of the client
 */
record ApiKey(
        String keyId,
        String userId,
        String project,
        String name,
        List<String> scopes,
        String hint,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable String lastUsedFrom) {
    ApiKey {
        scopes = List.copyOf(scopes);
    }
}
