package dev.faas.registry.function;

import dev.faas.wire.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Conditional requests (RFC 9110, 13) on a function's revision, which is its entity tag.
 *
 * @param ifMatch a write goes ahead only if this matches; null: in any case
 * @param ifNoneMatch if this matches, a read is answered 304 and a write is refused; null: never
 */
record Preconditions(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
    static Preconditions of(HttpServerRequest request) {
        return new Preconditions(joined(request, HttpHeaders.IF_MATCH), joined(request, HttpHeaders.IF_NONE_MATCH));
    }

    static String etag(int revision) {
        return "\"" + revision + "\"";
    }

    /** For a write. @throws dev.faas.wire.ProblemException precondition_failed when it is not to go ahead */
    void check(int revision) {
        checkMatch(revision);
        if (alreadyHas(revision)) {
            throw failed(revision).asException();
        }
    }

    /** @throws dev.faas.wire.ProblemException precondition_failed when {@code If-Match} names other revisions only */
    void checkMatch(int revision) {
        if (ifMatch != null && !names(ifMatch, etag(revision))) {
            throw failed(revision).asException();
        }
    }

    private static Problem failed(int revision) {
        return Problem.of(
                412,
                "precondition_failed",
                "Precondition failed",
                "The function is at revision " + revision + " by now. Read it again, and send its ETag as If-Match.");
    }

    /** Does the reader have this revision already? */
    boolean alreadyHas(int revision) {
        return ifNoneMatch != null && names(ifNoneMatch.replace("W/", ""), etag(revision));
    }

    private static boolean names(String header, String etag) {
        return Arrays.stream(header.split(","))
                .map(String::strip)
                .anyMatch(each -> each.equals("*") || each.equals(etag));
    }

    private static @Nullable String joined(HttpServerRequest request, CharSequence name) {
        return Optional.of(request.headers().getAll(name))
                .filter(values -> !values.isEmpty())
                .map(values -> String.join(",", values))
                .orElse(null);
    }
}
