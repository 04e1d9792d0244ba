package dev.faas.auth.admin;

import dev.faas.auth.audit.Origins;
import dev.faas.auth.audit.RefusedAttempts;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;

/** Lets only admins pass: by the token's roles, and by Postgres at this moment. */
public final class AdminGuard {
    private final TokenVerifier verifier;
    private final UserStore users;
    private final RefusedAttempts refused;
    private final Origins origins;

    public AdminGuard(TokenVerifier verifier, UserStore users, RefusedAttempts refused, Origins origins) {
        this.verifier = verifier;
        this.users = users;
        this.refused = refused;
        this.origins = origins;
    }

    /** Puts the checks before the handlers of a route. */
    Route on(Route route) {
        return route.handler(Authenticated.by(verifier)).handler(this::check);
    }

    private void check(RoutingContext ctx) {
        var principal = Authenticated.principal(ctx);
        if (!principal.roles().contains(Principal.ADMIN)) {
            refuse(ctx);
            return;
        }
        // Until Postgres has answered, nothing of the body must be lost.
        ctx.request().pause();
        users.isAdmin(principal.userId())
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
