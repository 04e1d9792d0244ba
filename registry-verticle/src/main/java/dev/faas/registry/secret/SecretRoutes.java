package dev.faas.registry.secret;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.registry.function.Preconditions;
import dev.faas.registry.secret.Secret.Version;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import dev.faas.wire.SecretRef;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves {@code /v1/secrets}. No answer has a value. */
public final class SecretRoutes {
    private static final String JSON = "application/json";
    private static final String THING = "secret";
    private static final String NAME_RULE =
            "must be 1 to 63 of letters, digits, '_' and '-', and begin and end with a letter or a digit";
    private static final int MAX_VALUE_BYTES = 64 * 1024;
    /** A value in JSON may be six times as long. */
    private static final int MAX_BODY_BYTES = 6 * MAX_VALUE_BYTES + 1_024;

    private final Secrets secrets;
    private final TokenVerifier verifier;
    private final Origins origins;

    public SecretRoutes(Secrets secrets, TokenVerifier verifier, Origins origins) {
        this.secrets = secrets;
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        var writer = Authenticated.by(verifier, Scope.SECRETS);
        on.get("/v1/secrets").handler(reader).respond(this::list);
        on.get("/v1/secrets/:name").handler(reader).respond(this::get);
        on.put("/v1/secrets/:name")
                .handler(writer)
                .handler(Bodies.json(MAX_BODY_BYTES))
                .respond(this::put);
        on.delete("/v1/secrets/:name").handler(writer).respond(this::delete);
    }

    private Future<Buffer> put(RoutingContext ctx) {
        var name = ctx.pathParam("name");
        if (!SecretRef.isName(name)) {
            throw Problem.invalid("", "the name of a secret " + NAME_RULE).asException();
        }
        var value = readValue(JsonFields.of(ctx));
        var conditions = Preconditions.of(ctx.request());
        return secrets.put(
                        userId(ctx),
                        name,
                        value,
                        origins.of(ctx),
                        found -> found.map(Secret::newest)
                                .map(Version::version)
                                .ifPresentOrElse(
                                        version -> conditions.check(THING, version),
                                        () -> conditions.checkMissing(THING)))
                .map(version -> {
                    ctx.response()
                            .setStatusCode(version.version() == 1 ? 201 : 200)
                            .putHeader(HttpHeaders.ETAG, Preconditions.etag(version.version()));
                    return render(ctx, view(version).put("name", name));
                });
    }

    private static byte[] readValue(JsonFields fields) {
        var text = fields.optionalText("value", MAX_VALUE_BYTES);
        var encoded = fields.optionalText("valueBase64", MAX_BODY_BYTES);
        byte[] value = {};
        if (fields.has("value") == fields.has("valueBase64")) {
            fields.addError("value", "send either value, a text, or valueBase64");
        } else if (encoded.isPresent()) {
            try {
                value = Base64.getDecoder().decode(encoded.get());
            } catch (IllegalArgumentException e) {
                fields.addError("valueBase64", "must be base64 (RFC 4648, 4)");
            }
        } else {
            value = text.orElse("").getBytes(StandardCharsets.UTF_8);
        }
        fields.requireValid();
        if (value.length < 1 || value.length > MAX_VALUE_BYTES) {
            throw Problem.invalid(
                            encoded.isPresent() ? "valueBase64" : "value",
                            "must have 1 to " + MAX_VALUE_BYTES + " bytes, not " + value.length)
                    .asException();
        }
        return value;
    }

    private Future<@Nullable Buffer> get(RoutingContext ctx) {
        return secrets.get(userId(ctx), name(ctx)).compose(secret -> {
            int version = secret.newest().version();
            ctx.response()
                    .putHeader(HttpHeaders.ETAG, Preconditions.etag(version))
                    .putHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache");
            var conditions = Preconditions.of(ctx.request());
            conditions.checkIfMatch(THING, version);
            if (conditions.failsIfNoneMatch(version)) {
                return ctx.response().setStatusCode(304).end().mapEmpty();
            }
            return Future.succeededFuture(render(ctx, view(secret)));
        });
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("secrets", userId(ctx)), SecretRef::isName);
        var after = page.after() == null ? "" : page.after();
        return secrets.list(userId(ctx), after, page.fetchLimit())
                .map(found -> page.answer(ctx, found, SecretRoutes::view, Secret::name));
    }

    private Future<Void> delete(RoutingContext ctx) {
        var conditions = Preconditions.of(ctx.request());
        return secrets.delete(
                userId(ctx),
                name(ctx),
                origins.of(ctx),
                secret -> conditions.check(THING, secret.newest().version()));
    }

    private static ObjectNode view(Secret secret) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("name", secret.name());
        var versions = body.putArray("versions");
        secret.versions().forEach(version -> versions.add(view(version)));
        var usedBy = body.putArray("usedBy");
        secret.usedBy().forEach(usedBy::add);
        return body;
    }

    private static ObjectNode view(Version version) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("version", version.version())
                .put("createdAt", ApiTime.format(version.createdAt()))
                .put("createdBy", version.createdBy());
    }

    private static Buffer render(RoutingContext ctx, ObjectNode body) {
        ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        return Buffer.buffer(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** What is no name names no secret. */
    private static String name(RoutingContext ctx) {
        var name = ctx.pathParam("name");
        if (!SecretRef.isName(name)) {
            throw Secrets.notFound(name);
        }
        return name;
    }
}
