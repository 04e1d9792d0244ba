package dev.faas.auth.admin;

import dev.faas.wire.Principal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes a user to an admin.
 *
 * @param state {@code active}, {@code disabled} or {@code deleted}
 */
public record User(
        String userId,
        String username,
        List<String> roles,
        String state,
        Instant createdAt,
        @Nullable Instant lastLoginAt) {
    static final String USER = "user";
    static final String ACTIVE = "active";
    static final String DISABLED = "disabled";
    static final String DELETED = "deleted";

    public User {
        roles = List.copyOf(roles);
    }

    static User created(String userId, String username, boolean admin, Instant now) {
        return new User(userId, username, admin ? List.of(USER, Principal.ADMIN) : List.of(USER), ACTIVE, now, null);
    }

    boolean isActiveAdmin() {
        return state.equals(ACTIVE) && roles.contains(Principal.ADMIN);
    }
}
