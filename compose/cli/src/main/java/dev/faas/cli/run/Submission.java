package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Durations;
import java.util.ArrayList;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is submitted. All its submits are one activation, because they have the same key.
 *
 * @param timeoutSeconds empty: the function's limit
 */
record Submission(
        String argument,
        OptionalLong timeoutSeconds,
        Map<String, String> tags,
        Due due,
        Callback callback,
        String key) {
    private static final long MAX_TIMEOUT_S = 86_400;

    /** @param key null: a new one */
    static Submission of(
            String argument,
            OptionalLong timeoutSeconds,
            Map<String, String> tags,
            Due due,
            Callback callback,
            @Nullable String key) {
        timeoutSeconds.ifPresent(Submission::checkLongest);
        return new Submission(
                argument,
                timeoutSeconds,
                tags,
                due,
                callback,
                key == null ? UUID.randomUUID().toString() : key);
    }

    /** @param timeout of {@code --timeout}; null: not given */
    static OptionalLong timeoutSeconds(@Nullable String timeout) {
        if (timeout == null) {
            return OptionalLong.empty();
        }
        long millis = Durations.parse("--timeout", timeout).toMillis();
        if (millis < 1_000) {
            throw Failure.usage("--timeout: '%s' is less than a second".formatted(timeout));
        }
        return OptionalLong.of(Math.ceilDiv(millis, 1_000L));
    }

    /** Before anything is sent, in the user's unit. */
    static long checkLongest(long timeoutSeconds) {
        if (timeoutSeconds > MAX_TIMEOUT_S) {
            throw Failure.usage("--timeout: at most 1d");
        }
        return timeoutSeconds;
    }

    /** Returns the record if it ends in time, else its id and status.
     *
     * @param waitSeconds how long the server may hold the answer back
     */
    Doc submit(Api api, String ref, int waitSeconds) {
        var body = Doc.empty().with("argument", argument);
        timeoutSeconds.ifPresent(seconds -> body.with("timeoutSeconds", seconds));
        if (!tags.isEmpty()) {
            body.with("tags", tags);
        }
        due.addTo(body);
        callback.addTo(body);
        var query = waitSeconds > 0 ? "?wait=" + waitSeconds : "";
        try {
            return api.document(Request.of("POST", "/v1/functions/" + Request.part(ref) + "/activations" + query)
                    .json(body)
                    .idempotent(key));
        } catch (Failure e) {
            throw explained(e, ref);
        }
    }

    /** Says whether it was accepted, where the failure leaves that open. */
    private Failure explained(Failure e, String ref) {
        var advice = new ArrayList<String>();
        if (Api.wasNeverSent(e.getCause())) {
            advice.add("Nothing was submitted, so it can be repeated. To try for longer: --retry-for 2m");
            advice.addAll(e.advice());
        } else if (e instanceof ApiFailure answer
                ? answer.code().equals("outcome_unknown")
                : e.exit() == Exit.UNAVAILABLE) {
            advice.add("It may have been accepted: faas ps   Submit it again without running it twice: "
                    + "faas invoke %s --idempotency-key %s …".formatted(ref, key));
        } else {
            return e;
        }
        return new Failure(e.exit(), e.text(), advice, e);
    }
}
