package dev.faas.auth.audit;

import dev.faas.http.HttpService;
import dev.faas.http.token.Authenticated;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * Says who asks for a change, and from where.
 *
 * @param actor a user's id, {@code anonymous} or {@code operator}
 * @param via the login's sid; {@code none} or {@code terminal} without a login
 */
public record Origin(
        String actor,
        String via,
        @Nullable String address,
        @Nullable String requestId) {
    private static final String OPERATOR = "operator";

    /** A request without a login. */
    public static Origin anonymous(RoutingContext ctx) {
        return new Origin("anonymous", "none", address(ctx), HttpService.requestId(ctx));
    }

    /** A request of a user; only on routes with {@link Authenticated#by}. */
    public static Origin of(RoutingContext ctx) {
        var principal = Authenticated.principal(ctx);
        return new Origin(principal.userId(), principal.sid(), address(ctx), HttpService.requestId(ctx));
    }

    /** Someone with access to the machine, by the program {@code admin}. */
    public static Origin operator() {
        return new Origin(OPERATOR, "terminal", null, null);
    }

    public boolean isOperator() {
        return actor.equals(OPERATOR);
    }

    /** The same request, after it has turned out whose it is. */
    public Origin as(String userId, String sid) {
        return new Origin(userId, sid, address, requestId);
    }

    private static @Nullable String address(RoutingContext ctx) {
        var peer = ctx.request().remoteAddress();
        return peer == null ? null : peer.hostAddress();
    }
}
