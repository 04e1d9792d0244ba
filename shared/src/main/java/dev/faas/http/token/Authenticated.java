package dev.faas.http.token;

import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Rejects requests without a valid {@code Authorization: Bearer …} with 401 and {@code WWW-Authenticate}. */
public final class Authenticated {
    private static final String KEY = Principal.class.getName();
    private static final String SCHEME = "Bearer ";

    private Authenticated() {}

    public static Handler<RoutingContext> by(TokenVerifier verifier) {
        return by(verifier, RoutingContext::next);
    }

    /** @param next gets the requests that have a valid token */
    public static Handler<RoutingContext> by(TokenVerifier verifier, Handler<RoutingContext> next) {
        return ctx -> {
            bearer(ctx)
                    .map(verifier::verify)
                    .orElseGet(() -> Future.failedFuture(
                            Problem.unauthenticated("Send an access token as 'Authorization: Bearer …'.")
                                    .asException()))
                    .onFailure(ctx::fail)
                    .onSuccess(known -> {
                        ctx.put(KEY, known);
                        next.handle(ctx);
                    });
        };
    }

    /** The sender of the request; only on routes with {@link #by}. */
    public static Principal principal(RoutingContext ctx) {
        return Objects.requireNonNull(ctx.get(KEY), "this route needs the handler Authenticated.by");
    }

    private static Optional<String> bearer(RoutingContext ctx) {
        var headers = ctx.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        // Of two headers, the next server might use the other one.
        return Optional.of(headers)
                .filter(all -> all.size() == 1)
                .map(List::getFirst)
                .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(header -> header.substring(SCHEME.length()).trim());
    }
}
