package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The function behind {@code faas run}: an ad-hoc one that is found by what it consists of, or one with a name of the user's. */
final class RunFunction {
    private static final int HASH_LENGTH = 10;
    private static final int IDLE_TTL_SECONDS = 3_600;
    private static final int MOST_TRIES = 4;
    /** Members of a function that platforms before them refuse. */
    private static final List<String> NEW_FIELDS = List.of("argumentAs", "idleTtlSeconds");

    private final String name;
    private final boolean isAdHoc;
    private final Doc spec;

    private RunFunction(String name, boolean isAdHoc, Doc spec) {
        this.name = name;
        this.isAdHoc = isAdHoc;
        this.spec = spec;
    }

    /**
     * @param name null: an ad-hoc function
     * @param spec what the flags say, without a name, with sorted maps: equal flags must give equal text
     */
    static RunFunction of(@Nullable String name, Doc spec) {
        if (name != null) {
            return new RunFunction(name, false, spec);
        }
        spec.with("labels", Map.of("dev.faas/ad-hoc", "true")).with("idleTtlSeconds", IDLE_TTL_SECONDS);
        return new RunFunction("run-" + hash(Doc.compact(spec)), true, spec);
    }

    private static String hash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            var digits = new BigInteger(1, digest).toString(Character.MAX_RADIX);
            return digits.substring(digits.length() - HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Submits, and creates or updates the function where that is needed. */
    Doc submit(Api api, Submission submission) {
        if (!isAdHoc) {
            return submission.submit(api, name + "@" + currentRevision(api, submission.key()), 0);
        }
        for (int tries = 1; ; tries++) {
            try {
                return submission.submit(api, name, 0);
            } catch (ApiFailure e) {
                if (!e.code().equals("function_not_found") || tries == MOST_TRIES) {
                    throw e;
                }
                create(api, submission.key());
            }
        }
    }

    /** It is fine when there is one already: another process was faster, or the answer to an earlier try was lost. */
    private void create(Api api, String key) {
        var body = Doc.empty().with("name", name);
        body.fields().putAll(spec.fields());
        try {
            api.document(Request.of("POST", "/v1/functions").json(body).idempotent(key));
        } catch (ApiFailure e) {
            if (!e.code().equals("function_exists")) {
                throw explain(e);
            }
        }
    }

    private long currentRevision(Api api, String key) {
        for (int tries = 1; ; tries++) {
            try {
                return updated(api);
            } catch (ApiFailure e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
                if (e.code().equals("function_not_found")) {
                    create(api, key);
                } else if (e.status() != 412) {
                    throw explain(e);
                }
            }
        }
    }

    /** Returns the revision that is as the flags say. */
    private long updated(Api api) {
        var path = "/v1/functions/" + Request.encode(name);
        var tag = new String[1];
        var stored = api.call(Request.get(path), response -> {
            tag[0] = response.header("ETag").orElse("*");
            return response.doc();
        });
        var wanted = merged(stored);
        if (isSame(stored.fields(), wanted)) {
            return stored.number("revision");
        }
        return api.document(Request.of("PUT", path).json(new Doc(wanted)).header("If-Match", tag[0]))
                .number("revision");
    }

    /** The stored function with what the flags say. What {@code run} has no flag for stays. */
    private Map<String, @Nullable Object> merged(Doc stored) {
        var merged = new LinkedHashMap<>(stored.fields());
        merged.putAll(spec.fields());
        var limits = new LinkedHashMap<>(stored.doc("limits").fields());
        limits.putAll(spec.doc("limits").fields());
        merged.put("limits", limits);
        if (spec.get("argumentAs") == null && stored.get("argumentAs") != null) {
            merged.put("argumentAs", "last");
        }
        return merged;
    }

    private static boolean isSame(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return x.doubleValue() == y.doubleValue();
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return x.keySet().equals(y.keySet()) && x.keySet().stream().allMatch(key -> isSame(x.get(key), y.get(key)));
        }
        return Objects.equals(a, b);
    }

    private static Failure explain(ApiFailure e) {
        var unknown = e.problem().docs("errors").stream()
                .filter(error -> error.text("message").contains("not a field"))
                .map(error -> error.text("field"))
                .filter(NEW_FIELDS::contains)
                .toList();
        return unknown.isEmpty()
                ? e
                : new Failure(
                        Exit.REFUSED,
                        "this platform is too old for faas run: it has no " + String.join(", ", unknown),
                        "Update it, or use: faas fn create NAME --image IMAGE   faas invoke NAME ARG");
    }
}
