package dev.faas.auth;

import java.time.Instant;
import java.util.List;

/** Describes a user, without the password. */
record Account(String userId, String username, List<String> roles, Instant createdAt) {
    Account {
        roles = List.copyOf(roles);
    }
}
