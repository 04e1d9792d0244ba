package dev.faas.audit;

import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/**
 * Lets only admins pass: by the token's roles, and in auth also by its database. Elsewhere a demotion counts once it is published,
 * which voids the token. Counts who is refused.
 */
public final class AdminGuard {
    private final TokenVerifier verifier;
    private final Function<String, Future<Boolean>> isAdmin;
    private final RefusedAttempts refused;
    private final Origins origins;

    /** For a service without users. */
    public AdminGuard(TokenVerifier verifier, RefusedAttempts refused, Origins origins) {
        this(verifier, user -> Future.succeededFuture(true), refused, origins);
    }

    /** @param isAdmin of a user, at this moment */
    public AdminGuard(
            TokenVerifier verifier,
            Function<String, Future<Boolean>> isAdmin,
            RefusedAttempts refused,
            Origins origins) {
        this.verifier = verifier;
        this.isAdmin = isAdmin;
        this.refused = refused;
        this.origins = origins;
    }

    /** Puts the checks before the handlers of a route. */
    public Route on(Route route) {
        return route.handler(Authenticated.by(verifier)).handler(this::check);
    }

    private void check(RoutingContext ctx) {
        var principal = Authenticated.principal(ctx);
        if (!principal.roles().contains(Principal.ADMIN)) {
            refuse(ctx);
            return;
        }
        // Until the answer, nothing of the body must be lost.
        ctx.request().pause();
        isAdmin.apply(principal.userId())
                .onComplete(asked -> ctx.request().resume())
                .onFailure(ctx::fail)
                .onSuccess(admin -> {
                    if (admin) {
                        ctx.next();
                    } else {
                        refuse(ctx);
                    }
                });
    }

    private void refuse(RoutingContext ctx) {
        var origin = origins.of(ctx);
        refused.countAdminCall(origin.actor(), origin.address());
        ctx.fail(Problem.adminsOnly().asException());
    }
}
