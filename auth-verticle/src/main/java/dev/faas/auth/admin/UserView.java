package dev.faas.auth.admin;

import dev.faas.wire.ApiTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Describes a user in the admin's part of the API. */
record UserView(
        String userId,
        String username,
        List<String> roles,
        String state,
        String createdAt,
        @Nullable String lastLoginAt) {
    UserView {
        roles = List.copyOf(roles);
    }

    static UserView of(User user) {
        var last = user.lastLoginAt();
        return new UserView(
                user.userId(),
                user.username(),
                user.roles(),
                user.state(),
                ApiTime.format(user.createdAt()),
                last == null ? null : ApiTime.format(last));
    }
}
