package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Suggestion;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.Fields;
import dev.faas.cli.definition.Resources;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The caller's functions on the platform. Failures name what the user typed: the function, or the flag of a field. */
public final class Functions implements Resources {
    private static final String ALL = "/v1/functions";
    private static final String LIST = "faas fn list";
    public static final Fields FIELDS = FunctionFields.TABLE;
    /** Marks what {@code faas run} made. */
    public static final String AD_HOC = "dev.faas/ad-hoc";

    /** More single reads than this cost more than a list of all. */
    private static final int FEW = 5;

    private final Api api;

    public Functions(Api api) {
        this.api = api;
    }

    @Override
    public Fields fields() {
        return FunctionFields.TABLE;
    }

    @Override
    public String title(Doc stored) {
        return stored.text(Field.NAME) + "@" + stored.text("revision");
    }

    /** @param ref a name or id, with {@code @REVISION} for an old one */
    @Override
    public Doc get(String ref) {
        return naming(ref, () -> api.get(path(ref)));
    }

    @Override
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
    public List<Doc> list(Map<String, String> labels, boolean withAdHoc) {
        var query = labels.entrySet().stream()
                .map(label -> "label=" + Request.encode(label.getKey() + ":" + label.getValue()));
        return api.list(Request.withQuery(ALL, query), Integer.MAX_VALUE).stream()
                .filter(function -> withAdHoc || labels.containsKey(AD_HOC) || !isAdHoc(function))
                .toList();
    }

    @Override
    public Map<String, Doc> findAll(List<String> names) {
        return names.size() <= FEW
                ? Resources.super.findAll(names)
                : list(Map.of(), true).stream()
                        .collect(Collectors.toMap(function -> function.text(Field.NAME), function -> function));
    }

    List<Doc> revisions(String name) {
        return naming(name, () -> api.list(path(name) + "/revisions", Integer.MAX_VALUE));
    }

    @Override
    public Doc create(Doc body) {
        return Resources.createOnce(
                () -> api.document(Request.of("POST", ALL).json(body)),
                "function_exists",
                () -> new Functions(api.retryFor(Duration.ofSeconds(5))).find(body.text(Field.NAME)),
                function -> function.number("revision") == 1 && isAsDefined(body, function));
    }

    private static boolean isAsDefined(Doc body, Doc function) {
        return FunctionFields.TABLE.isSame(FunctionFields.TABLE.asStored(body, function), function);
    }

    @Override
    public boolean isSame(Doc body, Doc stored) {
        return body.get(FunctionFields.MODE) != null && isAsDefined(body, stored);
    }

    /** Makes a revision. */
    @Override
    public Doc replace(Doc read, Doc body) {
        var name = read.text(Field.NAME);
        return naming(
                name,
                () -> api.document(put(path(name), read.number("revision")).json(body)));
    }

    private static Request put(String path, long revision) {
        return Request.of("PUT", path).header("If-Match", etag(revision));
    }

    private static String etag(long revision) {
        return "\"" + revision + "\"";
    }

    Doc rollback(String name, long revision) {
        var current = get(name);
        var request = Request.of("POST", path(name) + "/rollback")
                .header("If-Match", etag(current.number("revision")))
                .json(Doc.empty().with("revision", revision));
        return naming(name, () -> api.document(request));
    }

    /** @param verb of the API */
    Doc tell(String name, String verb, @Nullable Doc body) {
        var request = Request.of("POST", path(name) + "/" + verb);
        return naming(name, () -> api.document(body == null ? request : request.json(body)));
    }

    @Override
    public void delete(String name) {
        try {
            naming(name, () -> api.document(Request.of("DELETE", path(name))));
        } catch (ApiFailure e) {
            if (e.status() != 404 || !e.isAfterRepeat()) {
                throw e;
            }
        }
    }

    @Override
    public Doc preview(Doc body, @Nullable Doc current) {
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
        return FunctionFields.TABLE.namingFlags(e, others);
    }
}
