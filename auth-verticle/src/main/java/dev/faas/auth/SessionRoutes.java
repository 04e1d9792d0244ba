package dev.faas.auth;

import dev.faas.audit.Origins;
import dev.faas.auth.SessionStore.Session;
import dev.faas.auth.admin.NameRules;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.ApiTime;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Serves the calls about a user's own logins and password, and the deletion of the own account. */
final class SessionRoutes {
    private static final int MAX_BODY_BYTES = 16_384;
    private static final int MAX_CODE_LENGTH = 64;

    private final Sessions sessions;
    private final TokenVerifier verifier;
    private final Origins origins;

    SessionRoutes(Sessions sessions, TokenVerifier verifier, Origins origins) {
        this.sessions = sessions;
        this.verifier = verifier;
        this.origins = origins;
    }

    /** @param rate limits the calls of one address that need no login */
    void add(Router on, Handler<RoutingContext> rate) {
        var user = Authenticated.by(verifier);
        on.get("/v1/auth/sessions").handler(AcceptFilter.json()).handler(user).respond(this::list);
        on.delete("/v1/auth/sessions").handler(user).respond(ctx -> sessions.endOthers(origins.of(ctx)));
        on.delete("/v1/auth/sessions/:sid")
                .handler(user)
                .respond(ctx -> sessions.end(ctx.pathParam("sid"), origins.of(ctx)));
        on.delete("/v1/auth/me")
                .handler(user)
                .handler(Bodies.json(MAX_BODY_BYTES))
                .respond(this::deleteAccount);
        on.post("/v1/auth/password")
                .handler(user)
                .handler(Bodies.json(MAX_BODY_BYTES))
                .respond(this::changePassword);
        on.post("/v1/auth/password/reset")
                .handler(rate)
                .handler(Bodies.json(MAX_BODY_BYTES))
                .respond(this::resetPassword);
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var principal = Authenticated.principal(ctx);
        var page = Page.of(ctx, List.of("sessions", principal.userId()), key -> key.startsWith("sid_"));
        return sessions.find(principal, page)
                .map(found -> page.answer(ctx, found, session -> view(session, principal.sid()), Session::sid));
    }

    private static JsonObject view(Session session, String current) {
        return new JsonObject()
                .put("sid", session.sid())
                .put("createdAt", ApiTime.format(session.createdAt()))
                .put("lastUsedAt", ApiTime.format(session.lastUsedAt()))
                .put("endsAt", ApiTime.format(session.endsAt()))
                .put("address", session.address())
                .put("client", session.client())
                .put("via", session.via())
                .put("current", session.sid().equals(current));
    }

    private Future<Void> changePassword(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var current = currentPassword(fields);
        var next = NameRules.newPassword(fields, "newPassword");
        fields.requireValid();
        return sessions.changePassword(Authenticated.principal(ctx).username(), current, next, origins.of(ctx));
    }

    private Future<Void> deleteAccount(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var password = currentPassword(fields);
        fields.requireValid();
        return sessions.deleteAccount(Authenticated.principal(ctx).username(), password, origins.of(ctx))
                .compose(deleted -> ctx.response().setStatusCode(202).end());
    }

    private static String currentPassword(JsonFields fields) {
        return fields.text("currentPassword", 1, NameRules.MAX_PASSWORD_LENGTH);
    }

    private Future<Void> resetPassword(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var code = fields.text("code", 1, MAX_CODE_LENGTH);
        var password = NameRules.newPassword(fields, "newPassword");
        fields.requireValid();
        return sessions.resetPassword(code, password, origins.anonymous(ctx));
    }
}
