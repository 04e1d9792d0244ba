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
record Preconditions(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
    static Preconditions of(HttpServerRequest request) {
        return new Preconditions(
                joinValues(request, HttpHeaders.IF_MATCH), joinValues(request, HttpHeaders.IF_NONE_MATCH));
    }

    static String etag(int revision) {
        return "\"" + revision + "\"";
    }

    /** For a write. @throws dev.faas.wire.ProblemException precondition_failed if a condition is false */
    void check(int revision) {
        checkIfMatch(revision);
        if (failsIfNoneMatch(revision)) {
            throw preconditionFailed(revision).asException();
        }
    }

    /** @throws dev.faas.wire.ProblemException precondition_failed if {@code If-Match} names other revisions only */
    void checkIfMatch(int revision) {
        if (ifMatch != null && !containsTag(ifMatch, etag(revision))) {
            throw preconditionFailed(revision).asException();
        }
    }

    private static Problem preconditionFailed(int revision) {
        return Problem.of(
                412,
                "precondition_failed",
                "Precondition failed",
                "The function is at revision " + revision + " by now. Read it again, and send its ETag as If-Match.");
    }

    /** Whether {@code If-None-Match} names this revision: a read is answered 304, a write is refused. */
    boolean failsIfNoneMatch(int revision) {
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
