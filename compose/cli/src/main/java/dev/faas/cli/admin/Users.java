package dev.faas.cli.admin;

import dev.faas.cli.Doc;
import dev.faas.cli.Suggestion;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The users of the platform, by name or id. A failure suggests a name when there is no such user. */
final class Users {
    static final String ALL = "/v1/admin/users";

    private final Api api;

    Users(Api api) {
        this.api = api;
    }

    Doc get(String user) {
        return call("GET", user, "", null);
    }

    /** @param part of the user's address */
    Doc call(String method, String user, String part, @Nullable Doc body) {
        var request = Request.of(method, ALL + "/" + Request.part(user) + part);
        try {
            return api.document(body == null ? request : request.json(body));
        } catch (ApiFailure e) {
            throw e.code().equals("user_not_found") && !e.isAfterRepeat()
                    ? e.explained(
                            "no user \"%s\"".formatted(user),
                            List.of(Suggestion.line(
                                    user,
                                    Suggestion.names(e, () -> api.list(ALL, 1_000), "username"),
                                    "faas admin user list")))
                    : e;
        }
    }

    /** What the API takes for a user; ids, and who is no user, stay. */
    String id(String nameOrId) {
        return nameOrId.matches("[a-z]{3}_[0-9A-Za-z_-]{22,26}|operator|anonymous|platform")
                ? nameOrId
                : get(nameOrId).text("userId");
    }
}
