package dev.faas.gateway.read;

import dev.faas.wire.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads how long a client wants to wait for the activation's end: {@code ?wait=N}, or Prefer (RFC 7240). */
public record WaitPreference(Duration limit) {
    static final WaitPreference NONE = new WaitPreference(Duration.ZERO);

    private static final int MAX_SECONDS = 60;
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,4}");
    private static final Pattern PREFERENCE =
            Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?=[,;]|$)", Pattern.CASE_INSENSITIVE);

    /** Refuses a wrong parameter, and ignores an unknown preference as RFC 7240 requires. */
    public static WaitPreference of(RoutingContext ctx) {
        // HEAD does not wait: its response is the same before and after the end.
        return ctx.request().method().equals(HttpMethod.HEAD) ? NONE : read(ctx);
    }

    private static WaitPreference read(RoutingContext ctx) {
        var parameters = ctx.queryParam("wait");
        if (!parameters.isEmpty()) {
            return parseParameter(parameters.getLast());
        }
        return ctx.request().headers().getAll("Prefer").stream()
                .map(WaitPreference::parsePrefer)
                .filter(OptionalInt::isPresent)
                .findFirst()
                .map(seconds -> apply(ctx, seconds.getAsInt()))
                .orElse(NONE);
    }

    /** At most 60 s: RFC 7240 allows a server to honour a preference in part. */
    static OptionalInt parsePrefer(String header) {
        var found = PREFERENCE.matcher(header);
        return found.find()
                ? OptionalInt.of(Math.min(Integer.parseInt(found.group(1)), MAX_SECONDS))
                : OptionalInt.empty();
    }

    private static WaitPreference parseParameter(String text) {
        if (!SECONDS.matcher(text).matches() || Integer.parseInt(text) > MAX_SECONDS) {
            throw Problem.invalid("wait", "must be a whole number of seconds from 0 to " + MAX_SECONDS)
                    .asException();
        }
        return new WaitPreference(Duration.ofSeconds(Integer.parseInt(text)));
    }

    private static WaitPreference apply(RoutingContext ctx, int seconds) {
        ctx.response().putHeader("Preference-Applied", "wait=" + seconds);
        return new WaitPreference(Duration.ofSeconds(seconds));
    }
}
