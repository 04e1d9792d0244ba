package dev.faas.cli.http;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The server answered with a problem (RFC 9457). */
public final class ApiFailure extends Failure {
    private final int status;
    private final transient Doc problem;

    private final Duration retryAfter;
    private final boolean afterRepeat;

    ApiFailure(int status, Doc problem, Optional<String> retryAfter, Optional<String> location) {
        this(
                status,
                problem,
                retryAfter
                        .filter(text -> text.matches("[0-9]{1,5}"))
                        .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                        .orElse(Duration.ZERO),
                false,
                textOf(status, problem),
                adviceOf(status, problem, location));
    }

    private ApiFailure(
            int status, Doc problem, Duration retryAfter, boolean afterRepeat, String text, List<String> advice) {
        super(exitOf(status), text, advice, null);
        this.status = status;
        this.problem = problem;
        this.retryAfter = retryAfter;
        this.afterRepeat = afterRepeat;
    }

    /** The same failure in the words of the command that made the call. The request id stays. */
    public ApiFailure explained(String text, List<String> lines) {
        var advice = new ArrayList<>(lines);
        requestId(problem).ifPresent(advice::add);
        var named = text + problem.find("code").map(code -> " (" + code + ")").orElse("");
        return new ApiFailure(status, problem, retryAfter, afterRepeat, named, advice);
    }

    ApiFailure afterRepeat() {
        return new ApiFailure(status, problem, retryAfter, true, text(), advice());
    }

    /** Whether the call had been sent before, with an answer that left open whether it took effect. */
    public boolean isAfterRepeat() {
        return afterRepeat;
    }

    /** What the server asked for; zero when it did not. */
    Duration retryAfter() {
        return retryAfter;
    }

    public int status() {
        return status;
    }

    public String code() {
        return problem.text("code");
    }

    public Doc problem() {
        return problem;
    }

    /** A field that the server refuses.
     *
     * @param field its path; empty: the whole body
     */
    public record FieldError(String field, String message) {
        @Override
        public String toString() {
            return (field + " " + message).strip();
        }
    }

    public List<FieldError> fieldErrors() {
        return fieldErrors(problem);
    }

    private static List<FieldError> fieldErrors(Doc problem) {
        return problem.docs("errors").stream()
                .map(error -> new FieldError(error.text("field"), error.text("message")))
                .toList();
    }

    /** Whether it is a redirection or the answer of a proxy. */
    private static boolean isOfAnother(int status) {
        return status < 400 || status == 407;
    }

    private static int exitOf(int status) {
        if (isOfAnother(status)) {
            return Exit.UNAVAILABLE;
        }
        return switch (status) {
            case 400, 413 -> Exit.USAGE;
            case 401 -> Exit.NOT_LOGGED_IN;
            case 404 -> Exit.NOT_FOUND;
            case 403, 409, 410, 412, 422 -> Exit.REFUSED;
            default -> status >= 500 || status == 429 ? Exit.UNAVAILABLE : Exit.USAGE;
        };
    }

    private static String textOf(int status, Doc problem) {
        var detail = problem.find("detail").or(() -> problem.find("title")).orElse("the server answered " + status);
        return problem.find("code").map(code -> detail + " (" + code + ")").orElse(detail);
    }

    private static List<String> adviceOf(int status, Doc problem, Optional<String> location) {
        var advice = new ArrayList<String>();
        if (isOfAnother(status)) {
            advice.add(location.map(place -> "It leads to %s. ".formatted(place))
                            .orElse("") + "This is not a functions platform. See: faas context show");
        }
        var errors = fieldErrors(problem);
        if (errors.size() > 1) { // the detail has one
            errors.forEach(error -> advice.add(error.toString()));
        }
        requestId(problem).ifPresent(advice::add);
        return advice;
    }

    private static Optional<String> requestId(Doc problem) {
        return problem.find("requestId").map(id -> "request " + id);
    }
}
