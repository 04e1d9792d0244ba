package dev.faas.auth.admin;

import dev.faas.audit.AdminGuard;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.paging.Page;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Ids;
import dev.faas.wire.Principal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Serves {@code /v1/admin/users}. */
public final class UserRoutes {
    private static final int MAX_BODY_BYTES = 16_384;
    private static final Map<String, String> STATES = Map.of(User.ACTIVE, User.ACTIVE, User.DISABLED, User.DISABLED);
    private static final Map<String, String> ROLES = Map.of(User.USER, User.USER, Principal.ADMIN, Principal.ADMIN);

    private final UserStore users;
    private final Origins origins;
    private final Function<TokenCutoff, Future<Void>> announce;

    /** @param announce tells every verifier that earlier tokens of a user are void, and which API keys are gone; never fails */
    public UserRoutes(UserStore users, Origins origins, Function<TokenCutoff, Future<Void>> announce) {
        this.users = users;
        this.origins = origins;
        this.announce = announce;
    }

    public void add(Router on, AdminGuard admins) {
        var json = Bodies.json(MAX_BODY_BYTES);
        var patch = Bodies.mergePatch(MAX_BODY_BYTES);
        var offer = AcceptFilter.json();
        admins.on(on.get("/v1/admin/users").handler(offer)).respond(this::list);
        admins.on(on.post("/v1/admin/users").handler(offer)).handler(json).respond(this::create);
        admins.on(on.get("/v1/admin/users/:user").handler(offer)).respond(this::get);
        admins.on(on.patch("/v1/admin/users/:user").handler(offer))
                .handler(patch)
                .respond(this::update);
        admins.on(on.delete("/v1/admin/users/:user").handler(offer)).respond(this::delete);
        admins.on(on.post("/v1/admin/users/:user/reset").handler(offer)).respond(this::reset);
        admins.on(on.delete("/v1/admin/users/:user/sessions")).respond(this::endLogins);
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("users"), Ids::isUser);
        var after = page.after() == null ? "" : page.after();
        return users.findAfter(after, page.fetchLimit())
                .map(found -> page.answer(ctx, found, UserRoutes::view, User::userId));
    }

    private Future<JsonObject> create(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var username = NameRules.username(fields);
        fields.requireValid();
        return users.create(username, origins.of(ctx)).map(created -> {
            ctx.response().setStatusCode(201);
            return view(created.user()).mergeIn(code(created));
        });
    }

    private Future<JsonObject> get(RoutingContext ctx) {
        return users.find(ref(ctx)).map(UserRoutes::view);
    }

    private Future<JsonObject> update(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var state = Optional.of(fields.choice("state", STATES, "")).filter(text -> !text.isEmpty());
        var roles = fields.choices("roles", ROLES, List.of());
        if (fields.has("roles") && !roles.contains(User.USER)) {
            fields.addError("roles", "must contain user");
        }
        fields.requireValid();
        var sorted = roles.stream().sorted(Comparator.reverseOrder()).toList();
        var change = new UserStore.Change(state, fields.has("roles") ? Optional.of(sorted) : Optional.empty());
        return users.change(ref(ctx), change, origins.of(ctx)).compose(this::announced);
    }

    private Future<JsonObject> delete(RoutingContext ctx) {
        return users.delete(ref(ctx), origins.of(ctx)).compose(this::announced).map(user -> {
            ctx.response().setStatusCode(202);
            return user;
        });
    }

    private Future<JsonObject> reset(RoutingContext ctx) {
        return users.createCode(ref(ctx), origins.of(ctx)).map(created -> {
            ctx.response().setStatusCode(201);
            return code(created);
        });
    }

    private Future<Void> endLogins(RoutingContext ctx) {
        return users.endLogins(ref(ctx), origins.of(ctx)).compose(announce);
    }

    private Future<JsonObject> announced(UserStore.Changed changed) {
        return changed.cutoff().map(announce).orElseGet(Future::succeededFuture).map(done -> view(changed.user()));
    }

    private static JsonObject view(User user) {
        var lastLogin = user.lastLoginAt();
        return new JsonObject()
                .put("userId", user.userId())
                .put("username", user.username())
                .put("roles", user.roles())
                .put("state", user.state())
                .put("createdAt", ApiTime.format(user.createdAt()))
                .put("lastLoginAt", lastLogin == null ? null : ApiTime.format(lastLogin));
    }

    private static JsonObject code(ResetCodeStore.Created created) {
        return new JsonObject().put("code", created.code()).put("expiresAt", ApiTime.format(created.expiresAt()));
    }

    private static String ref(RoutingContext ctx) {
        return ctx.pathParam("user");
    }
}
