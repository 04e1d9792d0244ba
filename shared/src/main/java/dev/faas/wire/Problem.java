package dev.faas.wire;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Describes an error to a client (RFC 9457). {@code code} is stable and in lower_snake case; {@code detail} says what to do next
 * and names nothing internal.
 * @param extensions more members of the problem document, such as {@code activationId}: texts and whole numbers
 * @param retryAfterSeconds the {@code Retry-After} header, when a repetition may succeed
 */
public record Problem(
        int status,
        String code,
        String title,
        String detail,
        List<FieldError> errors,
        Map<String, Object> extensions,
        OptionalInt retryAfterSeconds) {
    private static final int QUOTA_RETRY_SECONDS = 60;

    /** One invalid field of a request, by its path ({@code limits.memoryMb}). */
    public record FieldError(String field, String message) {}

    public Problem {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status must be from 400 to 599, not " + status);
        }
        Objects.requireNonNull(code);
        Objects.requireNonNull(title);
        Objects.requireNonNull(detail);
        errors = List.copyOf(errors);
        extensions = Map.copyOf(extensions);
        Objects.requireNonNull(retryAfterSeconds);
    }

    public static Problem of(int status, String code, String title, String detail) {
        return new Problem(status, code, title, detail, List.of(), Map.of(), OptionalInt.empty());
    }

    /** 400 with all invalid fields. */
    public static Problem invalid(List<FieldError> errors) {
        var summary = errors.stream()
                .map(e -> e.field().isEmpty() ? e.message() : e.field() + ": " + e.message())
                .collect(Collectors.joining("; "));
        return new Problem(400, "invalid_request", "Invalid request", summary, errors, Map.of(), OptionalInt.empty());
    }

    /** 400 about one field. */
    public static Problem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    public static Problem malformedJson(String detail) {
        return of(400, "malformed_json", "Malformed JSON", detail);
    }

    public static Problem unauthenticated(String detail) {
        return of(401, "unauthenticated", "Not authenticated", detail);
    }

    public static Problem tokenExpired() {
        return of(401, "token_expired", "Token expired", "The access token has expired. Refresh it, or log in again.");
    }

    public static Problem notFound() {
        return of(404, "not_found", "Not found", "There is nothing at this address.");
    }

    public static Problem functionNotFound(String ref) {
        return of(404, "function_not_found", "Function not found", "You have no function '" + ref + "'.");
    }

    /** 409: its owner has paused it so that submits are refused. */
    public static Problem functionPaused(String name) {
        return of(
                409,
                "function_paused",
                "Function paused",
                "The function '" + name + "' is paused and refuses submits. Nothing was accepted. Resume it with POST"
                        + " /v1/functions/" + name + "/resume.");
    }

    public boolean isFunctionPaused() {
        return code.equals("function_paused");
    }

    /** Whether the same submit may be accepted later: it may be asked again. */
    public boolean mayPass() {
        return status == 429 || status == 503 || isFunctionPaused();
    }

    public static Problem activationNotFound(String id) {
        return of(404, "activation_not_found", "Activation not found", "You have no activation '" + id + "'.");
    }

    public static Problem batchNotFound(String id) {
        return of(404, "batch_not_found", "Batch not found", "You have no batch '" + id + "'.");
    }

    /** 403: the caller is known, and may not do this. */
    public static Problem forbidden(String detail) {
        return of(403, "forbidden", "Forbidden", detail);
    }

    /** 403: the caller has not the role {@link Principal#ADMIN}. */
    public static Problem adminsOnly() {
        return forbidden("This call needs the role 'admin'. Ask an admin of this platform.");
    }

    /** 429: a limit of the account is reached; waiting does not help. */
    public static Problem quotaExceeded(String detail) {
        return of(429, "quota_exceeded", "Quota exceeded", detail);
    }

    /** 429: a limit of the account is reached; there is room again later. */
    public static Problem quotaExceeded(String detail, int retryAfterSeconds) {
        return quotaExceeded(detail).withRetryAfter(retryAfterSeconds);
    }

    /**
     * 429: the user has the maximum number of something.
     *
     * @param things such as {@code hooks}
     */
    public static Problem tooMany(long most, String things) {
        return quotaExceeded(
                "You have " + most + " " + things
                        + ", the most that one user may have. Delete one that you do not need any"
                        + " more, then try again.",
                QUOTA_RETRY_SECONDS);
    }

    /**
     * 409: a name is unique for its user.
     *
     * @param thing such as {@code hook}
     */
    public static Problem nameTaken(String thing, String name) {
        return of(
                409,
                "name_taken",
                "Name taken",
                "You have a " + thing + " '" + name + "' already. Choose another name, or change that one with PUT.");
    }

    /** 429: what waits must end first. */
    public static Problem queueFull(String detail, int retryAfterSeconds) {
        return of(429, "queue_full", "Queue full", detail).withRetryAfter(retryAfterSeconds);
    }

    /** 429: too many requests in a short time. */
    public static Problem rateLimited(String detail, int retryAfterSeconds) {
        return of(429, "rate_limited", "Too many requests", detail).withRetryAfter(retryAfterSeconds);
    }

    /** 503: a change is stored in Postgres and not on NATS. */
    public static Problem notPublished(String detail) {
        return unavailable(detail, 2).with("dependency", "nats");
    }

    /** 503: nothing was changed; there is room again later. */
    public static Problem unavailable(String detail, int retryAfterSeconds) {
        return of(503, "unavailable", "Temporarily unavailable", detail).withRetryAfter(retryAfterSeconds);
    }

    /** 503: a dependency cannot be reached; nothing was changed. */
    public static Problem unavailable(String dependency) {
        return unavailable("The platform cannot reach its " + dependency + " right now. Try again in a few seconds.", 2)
                .with("dependency", dependency);
    }

    public static Problem internal() {
        return of(
                500,
                "internal",
                "Internal error",
                "Something failed on our side. Quote the request id when you report it.");
    }

    /** 413 for a body or a part of it. {@code detail} names the limit, and so does {@code limitBytes}, for programs. */
    public static Problem tooLarge(String code, String title, String detail, int limitBytes) {
        return of(413, code, title, detail).withExtension("limitBytes", limitBytes);
    }

    public Problem with(String name, String value) {
        return withExtension(name, value);
    }

    private Problem withExtension(String name, Object value) {
        var more = new HashMap<>(extensions);
        more.put(name, value);
        return new Problem(status, code, title, detail, errors, more, retryAfterSeconds);
    }

    public Problem withRetryAfter(int seconds) {
        return new Problem(status, code, title, detail, errors, extensions, OptionalInt.of(seconds));
    }

    public ProblemException asException() {
        return asException(null);
    }

    /** @param cause for the log; clients do not see it */
    public ProblemException asException(Throwable cause) {
        return new ProblemException(this, cause);
    }
}
