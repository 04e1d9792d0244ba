package dev.faas.auth;

import dev.faas.auth.audit.ApiTime;
import java.util.List;

/** Describes an account in the API. */
record AccountView(String userId, String username, List<String> roles, String createdAt) {
    AccountView {
        roles = List.copyOf(roles);
    }

    static AccountView of(Account account) {
        return new AccountView(
                account.userId(), account.username(), account.roles(), ApiTime.format(account.createdAt()));
    }
}
