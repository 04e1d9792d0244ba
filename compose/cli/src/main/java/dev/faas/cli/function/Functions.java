package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Suggestion;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The caller's functions on the platform. Failures name what the user typed: the function, or the flag of a field. */
public final class Functions {
    private static final String ALL = "/v1/functions";
    private static final String LIST = "faas fn list";
    /** Marks what {@code faas run} made. */
    public static final String AD_HOC = "dev.faas/ad-hoc";

    private static final int MAX_ATTEMPTS = 5;

    private final Api api;

    public Functions(Api api) {
        this.api = api;
    }

    /** @param ref a name or id, with {@code @REVISION} for an old one */
    public Doc get(String ref) {
        return naming(ref, () -> api.get(path(ref)));
    }

    public Optional<Doc> find(String name) {
        try {
            return Optional.of(api.get(path(name)));
        } catch (ApiFailure e) {
            if (e.status() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public static boolean isAdHoc(Doc function) {
        return "true".equals(function.doc("labels").get(AD_HOC));
    }

    /** @param labels all of them must match */
    List<Doc> list(Map<String, String> labels, boolean withAdHoc) {
        var query = labels.entrySet().stream()
                .map(label -> "label=" + Request.encode(label.getKey() + ":" + label.getValue()))
                .collect(Collectors.joining("&"));
        return api.list(query.isEmpty() ? ALL : ALL + "?" + query, Integer.MAX_VALUE).stream()
                .filter(function -> withAdHoc || labels.containsKey(AD_HOC) || !isAdHoc(function))
                .toList();
    }

    List<Doc> revisions(String name) {
        return naming(name, () -> api.list(path(name) + "/revisions", Integer.MAX_VALUE));
    }

    /** Creates it exactly once: after an answer that leaves open what happened, it reads and compares. */
    public Doc create(Doc body) {
        var name = body.text(Field.NAME);
        for (int attempt = 1; ; attempt++) {
            try {
                return api.document(Request.of("POST", ALL).json(body));
            } catch (Failure e) {
                boolean exists =
                        e instanceof ApiFailure refused && refused.code().equals("function_exists");
                if (exists ? !((ApiFailure) e).isAfterRepeat() : !isUnclear(e)) {
                    throw e;
                }
                var stored = findShortly(name, e);
                if (stored.isEmpty() && attempt < MAX_ATTEMPTS) {
                    continue;
                }
                return stored.filter(function -> function.number("revision") == 1)
                        .filter(function -> Spec.isSame(Spec.asStored(body, function), function))
                        .orElseThrow(() -> e);
            }
        }
    }

    private static boolean isUnclear(Failure e) {
        return e.exit() == Exit.UNAVAILABLE && !(e instanceof ApiFailure refused && refused.status() == 429);
    }

    private Optional<Doc> findShortly(String name, Failure cause) {
        try {
            return new Functions(api.retryFor(Duration.ofSeconds(5))).find(name);
        } catch (Failure unreachable) {
            unreachable.addSuppressed(cause);
            throw cause;
        }
    }

    /** Makes a revision of a function that is still at {@code revision}.
     *
     * @throws ApiFailure 412 when it is not
     */
    Doc replace(String name, Doc body, long revision) {
        return naming(name, () -> api.document(put(path(name), revision).json(body)));
    }

    private static Request put(String path, long revision) {
        return Request.of("PUT", path).header("If-Match", etag(revision));
    }

    private static String etag(long revision) {
        return "\"" + revision + "\"";
    }

    /** What {@link #update} left. */
    public record UpdateResult(Doc function, boolean hasChanged) {}

    /** Applies a change to {@code first}, and to the newest revision when another change was faster. */
    public UpdateResult update(Doc first, UnaryOperator<Doc> change) {
        var name = first.text(Field.NAME);
        var current = first;
        for (int attempt = 1; ; attempt++) {
            var next = change.apply(Spec.body(current));
            if (next.get(Field.MODE) != null && Spec.isSame(Spec.asStored(next, current), current)) {
                return new UpdateResult(current, attempt > 1);
            }
            try {
                return new UpdateResult(replace(name, next, current.number("revision")), true);
            } catch (ApiFailure e) {
                if (e.status() != 412 || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
                current = get(name);
            }
        }
    }

    Doc rollback(String name, long revision) {
        var current = get(name);
        var request = Request.of("POST", path(name) + "/rollback")
                .header("If-Match", etag(current.number("revision")))
                .json(Doc.empty().with("revision", revision));
        return naming(name, () -> api.document(request));
    }

    void delete(String name) {
        try {
            naming(name, () -> api.document(Request.of("DELETE", path(name))));
        } catch (ApiFailure e) {
            if (e.status() != 404 || !e.isAfterRepeat()) {
                throw e;
            }
        }
    }

    /** What the server would store.
     *
     * @param current null: a new function
     */
    Doc preview(Doc body, @Nullable Doc current) {
        return api.document(
                current == null
                        ? Request.of("POST", ALL + "?dryRun=true").json(body)
                        : put(path(current.text(Field.NAME)) + "?dryRun=true", current.number("revision"))
                                .json(body));
    }

    private static String path(String ref) {
        return ALL + "/" + Request.part(ref).replace("%40", "@");
    }

    /** Calls with {@code ref}; the failure suggests a name when there is no such function. */
    public <T> T naming(String ref, Supplier<T> call) {
        try {
            return call.get();
        } catch (ApiFailure e) {
            throw e.code().equals("function_not_found") ? unknown(ref, e) : e;
        }
    }

    private ApiFailure unknown(String ref, ApiFailure e) {
        int at = ref.indexOf('@');
        var name = at < 0 ? ref : ref.substring(0, at);
        var names = Suggestion.names(e, () -> api.retryFor(Duration.ZERO).list(ALL, 500), Field.NAME);
        return at >= 0 && names.contains(name)
                ? e.explained(
                        "\"%s\" has no revision %s".formatted(name, ref.substring(at + 1)),
                        List.of("List them: faas fn revisions " + name))
                : e.explained("no function \"%s\"".formatted(name), List.of(Suggestion.line(name, names, LIST)));
    }

    /** Names the flags of the fields that the server refused.
     *
     * @param others what a verb calls the fields that it has no flag for
     */
    public static ApiFailure namingFlags(ApiFailure e, Map<String, String> others) {
        return e.fieldErrors().isEmpty()
                ? e
                : e.explained(
                        "invalid function",
                        e.fieldErrors().stream()
                                .map(error -> flagError(error, others))
                                .toList());
    }

    private static String flagError(ApiFailure.FieldError error, Map<String, String> others) {
        var path = error.field();
        if (others.containsKey(path)) {
            return others.get(path) + " " + error.message();
        }
        return Field.around(path)
                .filter(field -> !field.flags().isEmpty())
                .map(field -> field.flag()
                        + path.substring(field.path().length()).replaceFirst("^\\.", " ")
                        + (path.contains("[") || path.equals(field.path()) ? " " : ": ")
                        + error.message()
                        + field.type().unit())
                .orElseGet(error::toString);
    }
}
