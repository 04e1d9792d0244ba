package dev.faas.auth.admin;

import dev.faas.auth.audit.Origin;
import dev.faas.auth.audit.RefusedAttempts;
import dev.faas.http.token.Authenticated;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** Lets only admins pass: by the token's roles, and by Postgres at this moment. Follows {@link Authenticated#by} on a route. */
public final class AdminGuard implements Handler<RoutingContext> {
    private final UserStore users;
    private final RefusedAttempts refused;

    public AdminGuard(UserStore users, RefusedAttempts refused) {
        this.users = users;
        this.refused = refused;
    }

    @Override
    public void handle(RoutingContext ctx) {
        var principal = Authenticated.principal(ctx);
        if (!principal.roles().contains(User.ADMIN)) {
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
        var origin = Origin.of(ctx);
        refused.countAdminCall(origin.actor(), origin.address());
        ctx.fail(AdminProblems.notAdmin().asException());
    }
}
