package dev.faas.auth.admin;

import dev.faas.auth.audit.Origins;
import dev.faas.auth.audit.RefusedAttempts;
import dev.faas.http.token.Authenticated;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** Lets only admins pass: by the token's roles, and by Postgres at this moment. Follows {@link Authenticated#by} on a route. */
public final class AdminGuard implements Handler<RoutingContext> {
    private final UserStore users;
    private final RefusedAttempts refused;
    private final Origins origins;

    public AdminGuard(UserStore users, RefusedAttempts refused, Origins origins) {
        this.users = users;
        this.refused = refused;
        this.origins = origins;
    }

    @Override
    public void handle(RoutingContext ctx) {
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
