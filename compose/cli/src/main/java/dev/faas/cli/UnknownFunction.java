package dev.faas.cli;

import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The failure of a command that names a function which does not exist: it suggests one that does. */
public final class UnknownFunction {
    private static final int MOST_NAMES = 100;

    private UnknownFunction() {}

    /** Returns other failures unchanged.
     *
     * @param ref as the user wrote it, perhaps with a revision
     */
    public static Failure explain(ApiFailure e, Api api, String ref) {
        if (!e.code().equals("function_not_found")) {
            return e;
        }
        var advice = new ArrayList<String>();
        advice.add(Suggestion.line(ref.replaceFirst("@.*", ""), names(api), "faas fn list"));
        e.problem().find("requestId").ifPresent(id -> advice.add("request " + id));
        return new Failure(Exit.NOT_FOUND, "no function \"%s\" (function_not_found)".formatted(ref), advice, e);
    }

    private static List<String> names(Api api) {
        try {
            return api.retryFor(Duration.ZERO).list("/v1/functions", MOST_NAMES).stream()
                    .map(function -> function.text("name"))
                    .toList();
        } catch (Failure noSuggestion) {
            return List.of();
        }
    }
}
