package dev.faas.registry.function;

import dev.faas.wire.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates conditional requests (RFC 9110, 13). The entity tag of a function is its revision.
 *
 * @param ifMatch null when the header is missing; so is {@code ifNoneMatch}
 */
public record Preconditions(
        @Nullable String ifMatch, @Nullable String ifNoneMatch) {
    /** For a write under no condition. */
    public static final Preconditions NONE = new Preconditions(null, null);

    public static Preconditions of(HttpServerRequest request) {
        return new Preconditions(
                joinValues(request, HttpHeaders.IF_MATCH), joinValues(request, HttpHeaders.IF_NONE_MATCH));
    }

    public static String etag(int revision) {
        return "\"" + revision + "\"";
    }

    /** For a write. @throws dev.faas.wire.ProblemException precondition_failed if a condition is false */
    void check(int revision) {
        check("function", revision);
    }

    /** The same for another thing with revisions. */
    public void check(String thing, int revision) {
        checkIfMatch(thing, revision);
        if (failsIfNoneMatch(revision)) {
            throw preconditionFailed(thing, revision).asException();
        }
    }

    /** For a write that makes the thing. @throws dev.faas.wire.ProblemException precondition_failed with an If-Match */
    public void checkMissing(String thing) {
        if (ifMatch != null) {
            throw preconditionFailed("There is no such " + thing + ". Send no If-Match to make it.")
                    .asException();
        }
    }

    /** @throws dev.faas.wire.ProblemException precondition_failed if {@code If-Match} names other revisions only */
    void checkIfMatch(int revision) {
        checkIfMatch("function", revision);
    }

    public void checkIfMatch(String thing, int revision) {
        if (ifMatch != null && !containsTag(ifMatch, etag(revision))) {
            throw preconditionFailed(thing, revision).asException();
        }
    }

    private static Problem preconditionFailed(String thing, int revision) {
        return preconditionFailed("The " + thing + " is at revision " + revision
                + " by now. Read it again, and send its ETag as If-Match.");
    }

    private static Problem preconditionFailed(String detail) {
        return Problem.of(412, "precondition_failed", "Precondition failed", detail);
    }

    /** Whether {@code If-None-Match} names this revision: a read is answered 304, a write is refused. */
    public boolean failsIfNoneMatch(int revision) {
        return ifNoneMatch != null && containsTag(ifNoneMatch.replace("W/", ""), etag(revision));
    }

    private static boolean containsTag(String header, String etag) {
        return Arrays.stream(header.split(","))
                .map(String::strip)
                .anyMatch(each -> each.equals("*") || each.equals(etag));
    }

    private static @Nullable String joinValues(HttpServerRequest request, CharSequence name) {
        return Optional.of(request.headers().getAll(name))
                .filter(values -> !values.isEmpty())
                .map(values -> String.join(",", values))
                .orElse(null);
    }
}
