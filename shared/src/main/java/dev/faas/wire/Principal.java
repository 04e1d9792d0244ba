package dev.faas.wire;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the sender of a request, by a verified access token or API key.
 *
 * @param sid the login (the refresh-token family), or the id of the key
 * @param key null for an access token
 */
public record Principal(
        String userId,
        String username,
        String sid,
        Set<String> roles,
        @Nullable Key key) {
    /** The role of those who run the platform. */
    public static final String ADMIN = "admin";

    /** @param project the only one that the key reaches */
    public record Key(String keyId, String project, Set<Scope> scopes) {
        public Key {
            scopes = Set.copyOf(scopes);
        }
    }

    public Principal(String userId, String username, String sid, Set<String> roles) {
        this(userId, username, sid, roles, null);
    }

    public Principal {
        roles = Set.copyOf(roles);
    }
}
