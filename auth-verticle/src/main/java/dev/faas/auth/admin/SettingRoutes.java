package dev.faas.auth.admin;

import dev.faas.audit.AdminGuard;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.AcceptFilter;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Serves {@code /v1/admin/settings}, and to everyone what they may do to get in: {@code /v1/auth/methods}. */
public final class SettingRoutes {
    private static final int MAX_BODY_BYTES = 16_384;
    private static final String REGISTRATION = "registration";

    private final SettingStore settings;
    private final Origins origins;

    public SettingRoutes(SettingStore settings, Origins origins) {
        this.settings = settings;
        this.origins = origins;
    }

    /** @param rate limits the calls of one address that need no login */
    public void add(Router on, Handler<RoutingContext> rate, AdminGuard admins) {
        var offer = AcceptFilter.json();
        on.get("/v1/auth/methods").handler(offer).handler(rate).respond(ctx -> methods());
        admins.on(on.get("/v1/admin/settings").handler(offer))
                .respond(ctx -> settings.findSetRegistration().map(SettingRoutes::view));
        admins.on(on.patch("/v1/admin/settings").handler(offer))
                .handler(Bodies.mergePatch(MAX_BODY_BYTES))
                .respond(this::update);
    }

    private Future<JsonObject> methods() {
        return settings.findRegistration()
                .map(registration ->
                        new JsonObject().put(REGISTRATION, registration.text()).put("password", true));
    }

    /** Null goes back to what the environment says. */
    private Future<JsonObject> update(RoutingContext ctx) {
        var body = Bodies.object(ctx);
        var fields = JsonFields.of(body);
        var registration = fields.choice(REGISTRATION, Registration.byText(), Registration.CLOSED);
        fields.requireValid();
        if (!body.has(REGISTRATION)) {
            throw Problem.invalid(REGISTRATION, "is required").asException();
        }
        var wanted = fields.has(REGISTRATION) ? Optional.of(registration) : Optional.<Registration>empty();
        return settings.setRegistration(wanted, origins.of(ctx)).map(SettingRoutes::view);
    }

    private static JsonObject view(Registration registration) {
        return new JsonObject().put(REGISTRATION, registration.text());
    }
}
