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

    ApiFailure(int status, Doc problem, Optional<String> retryAfter) {
        super(exitOf(status), textOf(status, problem), adviceOf(problem), null);
        this.status = status;
        this.problem = problem;
        this.retryAfter = retryAfter
                .filter(text -> text.matches("[0-9]{1,5}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(Duration.ZERO);
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

    private static int exitOf(int status) {
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

    private static List<String> adviceOf(Doc problem) {
        var advice = new ArrayList<String>();
        problem.docs("errors").forEach(error -> advice.add(error.text("field") + " " + error.text("message")));
        problem.find("requestId").ifPresent(id -> advice.add("request " + id));
        return advice;
    }
}
