package dev.faas.cli.account;

import dev.faas.cli.Doc;
import dev.faas.cli.Suggestion;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import org.jspecify.annotations.Nullable;

/** The users of the platform, by name or id. A failure suggests a name when there is no such user. */
public final class Users {
    public static final String ALL = "/v1/admin/users";

    private final Api api;

    public Users(Api api) {
        this.api = api;
    }

    public Doc get(String user) {
        return call("GET", user, "", null);
    }

    /** @param part of the user's address */
    public Doc call(String method, String user, String part, @Nullable Doc body) {
        var request = Request.of(method, ALL + "/" + Request.part(user) + part);
        try {
            return api.document(body == null ? request : request.json(body));
        } catch (ApiFailure e) {
            throw Suggestion.ifMissing(e, "user", user, () -> api.list(ALL, 1_000), "username", "faas admin user list");
        }
    }

    /** No name looks like that. */
    public static boolean isId(String text) {
        return text.matches("usr_[0-9a-z]{26}");
    }
}
