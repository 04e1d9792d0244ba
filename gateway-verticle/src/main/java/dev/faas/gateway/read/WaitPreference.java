package dev.faas.gateway.read;

import dev.faas.wire.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** How long a client wants its answer held back until the activation has ended: {@code ?wait=N}, or RFC 7240's Prefer. */
public record WaitPreference(Duration limit) {
    static final WaitPreference NONE = new WaitPreference(Duration.ZERO);

    private static final int MAX_SECONDS = 60;
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,4}");
    private static final Pattern PREFERENCE =
            Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?=[,;]|$)", Pattern.CASE_INSENSITIVE);

    /** A wrong parameter is refused; a preference that is not understood is ignored, as it has to be. */
    public static WaitPreference of(RoutingContext ctx) {
        // The head of an answer is the same now as later.
        return ctx.request().method().equals(HttpMethod.HEAD) ? NONE : wanted(ctx);
    }

    private static WaitPreference wanted(RoutingContext ctx) {
        var parameters = ctx.queryParam("wait");
        if (!parameters.isEmpty()) {
            return parameter(parameters.getLast());
        }
        return ctx.request().headers().getAll("Prefer").stream()
                .map(WaitPreference::preferred)
                .filter(OptionalInt::isPresent)
                .findFirst()
                .map(seconds -> preference(ctx, seconds.getAsInt()))
                .orElse(NONE);
    }

    /** Seconds, at most a minute: the server may honour a preference in part. */
    static OptionalInt preferred(String header) {
        var found = PREFERENCE.matcher(header);
        return found.find()
                ? OptionalInt.of(Math.min(Integer.parseInt(found.group(1)), MAX_SECONDS))
                : OptionalInt.empty();
    }

    private static WaitPreference parameter(String text) {
        if (!SECONDS.matcher(text).matches() || Integer.parseInt(text) > MAX_SECONDS) {
            throw Problem.invalid("wait", "must be a whole number of seconds from 0 to " + MAX_SECONDS)
                    .asException();
        }
        return new WaitPreference(Duration.ofSeconds(Integer.parseInt(text)));
    }

    private static WaitPreference preference(RoutingContext ctx, int seconds) {
        ctx.response().putHeader("Preference-Applied", "wait=" + seconds);
        return new WaitPreference(Duration.ofSeconds(seconds));
    }
}
