package dev.faas.auth.key;

import java.time.Instant;
import java.util.List;

/**
 * Describes an API key, without the key itself.
 *
 * @param project the only one that it reaches; the user's id
 * @param hint its first characters
 */
record ApiKey(
        String keyId,
        String userId,
        String project,
        String name,
        List<String> scopes,
        String hint,
        Instant createdAt,
        Instant expiresAt) {
    ApiKey {
        scopes = List.copyOf(scopes);
    }
}
