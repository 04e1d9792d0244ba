package dev.faas.http.token;

import dev.faas.http.Bodies;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Rejects requests without a valid {@code Authorization: Bearer …} with 401 and {@code WWW-Authenticate}. */
public final class Authenticated {
    private static final String KEY = Access.class.getName();
    private static final String SCHEME = "Bearer ";

    private Authenticated() {}

    /** Takes access tokens, and API keys with one of the scopes; without scopes no API key. */
    public static Handler<RoutingContext> by(TokenVerifier verifier, Scope... scopes) {
        return by(verifier, RoutingContext::next, scopes);
    }

    /** @param next gets the requests that pass */
    public static Handler<RoutingContext> by(TokenVerifier verifier, Handler<RoutingContext> next, Scope... scopes) {
        var sufficient = Set.of(scopes);
        return by(verifier, next, key -> requireScope(key, sufficient));
    }

    /** Takes access tokens and all API keys. */
    public static Handler<RoutingContext> byAnyKey(TokenVerifier verifier) {
        return by(verifier, RoutingContext::next, key -> {});
    }

    /** Gives the requests with a valid token or API key to a handler; others pass as they are. */
    public static Handler<RoutingContext> ifValid(TokenVerifier verifier, Handler<RoutingContext> next) {
        return ctx -> bearer(ctx)
                .map(token -> verifier.admit(token, ctx.request()))
                .orElseGet(() -> Future.failedFuture("no token"))
                .onFailure(invalid -> ctx.next())
                .onSuccess(known -> {
                    accept(ctx, known);
                    next.handle(ctx);
                });
    }

    private static Handler<RoutingContext> by(
            TokenVerifier verifier, Handler<RoutingContext> next, Consumer<Principal.Key> check) {
        return ctx -> {
            bearer(ctx)
                    .map(token -> verifier.admit(token, ctx.request()))
                    .orElseGet(() -> Future.failedFuture(
                            Problem.unauthenticated("Send an access token as 'Authorization: Bearer …'.")
                                    .asException()))
                    .map(access -> {
                        var key = access.principal().key();
                        if (key != null) {
                            check.accept(key);
                        }
                        return access;
                    })
                    .onFailure(ctx::fail)
                    .onSuccess(known -> {
                        accept(ctx, known);
                        next.handle(ctx);
                    });
        };
    }

    private static void accept(RoutingContext ctx, Access known) {
        ctx.put(KEY, known);
        Bodies.countFor(ctx, known.principal().userId());
    }

    /** The sender of the request; only on routes with {@link #by}. */
    public static Principal principal(RoutingContext ctx) {
        return access(ctx).principal();
    }

    /** The owner of what the caller asks for. */
    public static String userId(RoutingContext ctx) {
        return principal(ctx).userId();
    }

    /** The same, for responses that take long; only on routes with {@link #by}. */
    public static Access access(RoutingContext ctx) {
        return Objects.requireNonNull(ctx.<Access>get(KEY), "this route needs the handler Authenticated.by");
    }

    private static void requireScope(Principal.Key key, Set<Scope> sufficient) {
        if (sufficient.isEmpty()) {
            throw Problem.forbidden("No API key may make this call. Log in.").asException();
        }
        if (Collections.disjoint(key.scopes(), sufficient)) {
            var names = sufficient.stream().map(Scope::text).sorted().collect(Collectors.joining("' or '"));
            throw Problem.forbidden("This API key has not the scope '" + names + "', which this call needs.")
                    .asException();
        }
    }

    /** The token or API key of the request. */
    public static Optional<String> bearer(RoutingContext ctx) {
        var headers = ctx.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        // Of two headers, the next server might use the other one.
        return Optional.of(headers)
                .filter(all -> all.size() == 1)
                .map(List::getFirst)
                .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(header -> header.substring(SCHEME.length()).trim());
    }
}
