package dev.faas.cli.admin;

import dev.faas.cli.Doc;
import dev.faas.cli.account.Users;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** Names and ids of users, also of deleted ones: no name is given away twice, and the audit log has the name of each. */
final class UserNames {
    /** With so many look-ups it reads the list of all users. */
    private static final int LOOK_UPS = 20;

    private static final String CREATIONS = "/v1/admin/audit/auth?action=account.create";

    private final Api api;
    private final Map<String, String> names = new HashMap<>();

    UserNames(Api api) {
        this.api = api;
    }

    /** Empty: no user has this id. */
    Optional<String> nameOf(String id) {
        if (!Users.isId(id)) {
            return Optional.empty();
        }
        if (!names.containsKey(id) && names.size() == LOOK_UPS) {
            api.list(Users.ALL, Integer.MAX_VALUE)
                    .forEach(user -> names.put(user.text("userId"), user.text("username")));
        }
        if (!names.containsKey(id)) {
            names.put(
                    id,
                    find(id).map(user -> user.text("username"))
                            .or(() -> creation("&target=" + Request.encode(id), row -> true)
                                    .map(UserNames::nameIn))
                            .orElse(""));
        }
        return Optional.ofNullable(names.get(id)).filter(name -> !name.isEmpty());
    }

    /** Empty: no user has, or had, this name. */
    Optional<String> idOf(String name) {
        return find(name)
                .map(user -> user.text("userId"))
                .or(() -> creation("", row -> nameIn(row).equals(name)).map(row -> row.text("target")));
    }

    private static String nameIn(Doc row) {
        return row.doc("changes").text("username");
    }

    private Optional<Doc> find(String user) {
        try {
            return Optional.of(api.get(Users.ALL + "/" + Request.part(user)));
        } catch (ApiFailure e) {
            if (e.code().equals("user_not_found")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<Doc> creation(String filter, Predicate<Doc> wanted) {
        var found = new AtomicReference<Optional<Doc>>(Optional.empty());
        api.eachPage(CREATIONS + filter, Integer.MAX_VALUE, rows -> {
            found.set(rows.stream().filter(wanted).findFirst());
            return found.get().isEmpty();
        });
        return found.get();
    }
}
