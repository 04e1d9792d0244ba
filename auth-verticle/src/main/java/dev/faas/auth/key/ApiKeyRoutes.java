package dev.faas.auth.key;

import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Serves the calls about a user's own API keys. An API key reaches none of them. */
public final class ApiKeyRoutes {
    private static final int MAX_BODY_BYTES = 16_384;
    private static final int MAX_NAME_LENGTH = 64;
    private static final int DEFAULT_DAYS = 90;
    private static final Map<String, Scope> SCOPES =
            Arrays.stream(Scope.values()).collect(Collectors.toMap(Scope::text, Function.identity()));
    /** Without the right to change secrets, which few keys need. */
    private static final List<Scope> DEFAULT_SCOPES = List.of(Scope.READ, Scope.INVOKE, Scope.FUNCTIONS);

    private final ApiKeys keys;
    private final TokenVerifier verifier;
    private final Origins origins;
    private final int maxDays;

    public ApiKeyRoutes(ApiKeys keys, TokenVerifier verifier, Origins origins, int maxDays) {
        this.keys = keys;
        this.verifier = verifier;
        this.origins = origins;
        this.maxDays = maxDays;
    }

    public void add(Router on) {
        var json = AcceptFilter.json();
        var user = Authenticated.by(verifier);
        on.get("/v1/auth/keys").handler(json).handler(user).respond(this::list);
        on.post("/v1/auth/keys")
                .handler(json)
                .handler(user)
                .handler(Bodies.json(MAX_BODY_BYTES))
                .respond(this::create);
        on.delete("/v1/auth/keys/:keyId")
                .handler(user)
                .respond(ctx -> keys.delete(ctx.pathParam("keyId"), origins.of(ctx)));
    }

    private Future<JsonObject> create(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var name = fields.text("name", 1, MAX_NAME_LENGTH);
        var scopes = fields.choices("scopes", SCOPES, DEFAULT_SCOPES);
        var days = fields.integer("expiresInDays", Math.min(DEFAULT_DAYS, maxDays), 1, maxDays);
        if (scopes.isEmpty()) {
            fields.addError("scopes", "must name at least one scope");
        }
        fields.requireValid();
        return keys.create(Authenticated.principal(ctx), name, scopes, Duration.ofDays(days), origins.of(ctx))
                .map(created -> {
                    ctx.response().setStatusCode(201).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
                    var body = view(created.key()).put("key", created.text());
                    List.of("hint", "lastUsedAt", "lastUsedFrom").forEach(body::remove);
                    return body;
                });
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var user = Authenticated.principal(ctx);
        var page = Page.of(ctx, List.of("keys", user.userId()), key -> key.startsWith("key_"));
        return keys.find(user, page).map(found -> page.answer(ctx, found, ApiKeyRoutes::view, ApiKey::keyId));
    }

    private static JsonObject view(ApiKey key) {
        var lastUsedAt = key.lastUsedAt();
        return new JsonObject()
                .put("keyId", key.keyId())
                .put("name", key.name())
                .put("hint", key.hint())
                .put("project", key.project())
                .put("principal", key.userId())
                .put("scopes", key.scopes())
                .put("createdAt", ApiTime.format(key.createdAt()))
                .put("expiresAt", ApiTime.format(key.expiresAt()))
                .put("lastUsedAt", lastUsedAt == null ? null : ApiTime.format(lastUsedAt))
                .put("lastUsedFrom", key.lastUsedFrom());
    }
}
