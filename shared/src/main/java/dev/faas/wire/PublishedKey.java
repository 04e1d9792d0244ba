package dev.faas.wire;

import java.time.Instant;
import java.util.List;

/**
 * An API key as auth publishes it to all verifiers, in the bucket APIKEYS by the hex SHA-256 of the key itself.
 *
 * @param project the only one that the key reaches; of a user's own key the user's id
 * @param scopes texts of {@link Scope}; a verifier ignores those that it does not know
 */
public record PublishedKey(
        String keyId, String userId, String username, String project, List<String> scopes, Instant expiresAt)
        implements Versioned {
    public PublishedKey {
        scopes = List.copyOf(scopes);
    }
}
