package dev.faas.auth.admin;

import dev.faas.audit.AdminGuard;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.paging.Page;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Serves {@code /v1/admin/invitations}. */
public final class InvitationRoutes {
    private static final int MAX_BODY_BYTES = 16_384;
    private static final int DEFAULT_HOURS = 72;
    private static final int MAX_HOURS = 24 * 366;
    private static final String PREFIX = "inv_";

    private final InvitationStore invitations;
    private final Origins origins;
    private final InstantSource clock;

    public InvitationRoutes(InvitationStore invitations, Origins origins, InstantSource clock) {
        this.invitations = invitations;
        this.origins = origins;
        this.clock = clock;
    }

    public void add(Router on, AdminGuard admins) {
        var offer = AcceptFilter.json();
        admins.on(on.get("/v1/admin/invitations").handler(offer)).respond(this::list);
        admins.on(on.post("/v1/admin/invitations").handler(offer))
                .handler(Bodies.json(MAX_BODY_BYTES))
                .respond(this::create);
        admins.on(on.delete("/v1/admin/invitations/:id")).respond(this::delete);
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("invitations"), key -> key.startsWith(PREFIX));
        var after = page.after() == null ? "" : page.after();
        return invitations
                .findAfter(after, page.fetchLimit())
                .map(found -> page.answer(ctx, found, InvitationRoutes::view, InvitationStore.Invitation::id));
    }

    private Future<JsonObject> create(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var username = NameRules.optionalUsername(fields);
        var admin = fields.flag("admin", false);
        var hours = fields.integer("expiresInHours", DEFAULT_HOURS, 1, MAX_HOURS);
        fields.requireValid();
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var origin = origins.of(ctx);
        var invitation = new InvitationStore.Invitation(
                PREFIX + Ids.activation(now),
                username.orElse(null),
                admin,
                origin.actor(),
                now,
                now.plus(Duration.ofHours(hours)));
        var code = OneTimeCode.create();
        return invitations.add(invitation, code, origin).map(added -> {
            ctx.response().setStatusCode(201);
            return view(invitation).put("code", code);
        });
    }

    private Future<Void> delete(RoutingContext ctx) {
        return invitations.delete(ctx.pathParam("id"), origins.of(ctx));
    }

    private static JsonObject view(InvitationStore.Invitation invitation) {
        return new JsonObject()
                .put("id", invitation.id())
                .put("username", invitation.username())
                .put("admin", invitation.admin())
                .put("createdBy", invitation.createdBy())
                .put("createdAt", ApiTime.format(invitation.createdAt()))
                .put("expiresAt", ApiTime.format(invitation.expiresAt()));
    }
}
