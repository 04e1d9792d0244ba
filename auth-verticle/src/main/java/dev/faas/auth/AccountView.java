package dev.faas.auth;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Principal;
import dev.faas.wire.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes an account in the API.
 *
 * @param key the API key of the request; absent for an access token
 */
record AccountView(
        String userId,
        String username,
        List<String> roles,
        String createdAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable KeyView key) {
    record KeyView(String keyId, String project, List<String> scopes) {}

    AccountView {
        roles = List.copyOf(roles);
    }

    static AccountView of(Account account) {
        return of(account, null);
    }

    static AccountView of(Account account, Principal.@Nullable Key key) {
        return new AccountView(
                account.userId(),
                account.username(),
                account.roles(),
                ApiTime.format(account.createdAt()),
                key == null
                        ? null
                        : new KeyView(
                                key.keyId(),
                                key.project(),
                                key.scopes().stream().map(Scope::text).sorted().toList()));
    }
}
