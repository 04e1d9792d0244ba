package dev.faas.http.content;

import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;

/** Rejects requests with 406 whose {@code Accept} contains none of the types that a call answers with. */
public final class AcceptFilter {
    private AcceptFilter() {}

    public static Handler<RoutingContext> json() {
        return of("application/json");
    }

    /** @param types in lower case, without parameters */
    public static Handler<RoutingContext> of(String... types) {
        var names = String.join(" or ", types);
        return ctx -> {
            if (ctx.request().headers().contains(HttpHeaders.ACCEPT)) {
                var preferences = AcceptPreferences.of(ctx.request().headers().getAll(HttpHeaders.ACCEPT));
                if (!preferences.isEmpty()
                        && Arrays.stream(types).noneMatch(type -> preferences.weightOfType(type) > 0)) {
                    throw notAcceptable(names).asException();
                }
            }
            ctx.next();
        };
    }

    /** Whether the client would rather have the first type than the second. Without Accept it would not. */
    public static boolean prefers(RoutingContext ctx, String first, String second) {
        var preferences = AcceptPreferences.of(ctx.request().headers().getAll(HttpHeaders.ACCEPT));
        return preferences.weightOfType(first) > preferences.weightOfType(second);
    }

    private static Problem notAcceptable(String names) {
        return Problem.of(
                406, "not_acceptable", "Not acceptable", "This call answers with " + names + ": say so in Accept.");
    }
}
