package dev.faas.registry.hook;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.MergePatch;
import dev.faas.registry.function.Preconditions;
import dev.faas.registry.hook.Hooks.Changed;
import dev.faas.registry.paging.PathRef;
import dev.faas.seal.SealingKey;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Serves {@code /v1/hooks}. Gateways serve the addresses of hooks. */
public final class HookRoutes {
    /** The gateway holds back its answer until it has seen this revision of the bucket HOOKS. */
    private static final String SEQUENCE = "Faas-Hook-Sequence";

    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAX_SMALL_BODY = 64 * 1024;

    private final HookStore store;
    private final RefusalStore refusals;
    private final Hooks hooks;
    private final TokenVerifier verifier;
    private final Origins origins;

    /** @param key of gateways; empty: hooks have no signatures */
    public HookRoutes(
            HookStore store,
            HookBucket bucket,
            RefusalStore refusals,
            QuotaSettings quotas,
            Optional<SealingKey> key,
            TokenVerifier verifier,
            Origins origins) {
        this.store = store;
        this.refusals = refusals;
        this.hooks = new Hooks(store, bucket, quotas, key, InstantSource.system());
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        var writer = Authenticated.by(verifier, Scope.FUNCTIONS);
        var json = Bodies.json(MAX_BODY_BYTES);
        on.post("/v1/hooks").handler(writer).handler(json).respond(this::create);
        on.get("/v1/hooks").handler(reader).respond(this::list);
        on.get("/v1/hooks/:ref").handler(reader).respond(this::get);
        on.put("/v1/hooks/:ref").handler(writer).handler(json).respond(this::replace);
        on.patch("/v1/hooks/:ref")
                .handler(writer)
                .handler(Bodies.mergePatch(MAX_BODY_BYTES))
                .respond(this::patch);
        on.delete("/v1/hooks/:ref").handler(writer).respond(this::delete);
        on.post("/v1/hooks/:ref/pause").handler(writer).respond(ctx -> setPaused(ctx, true));
        on.post("/v1/hooks/:ref/resume").handler(writer).respond(ctx -> setPaused(ctx, false));
        on.post("/v1/hooks/:ref/rotate")
                .handler(writer)
                .handler(Bodies.json(MAX_SMALL_BODY))
                .respond(this::rotate);
        on.get("/v1/hooks/:ref/requests").handler(reader).respond(this::requests);
    }

    private Future<Buffer> create(RoutingContext ctx) {
        var definition = HookBody.read(Bodies.object(ctx), Optional.empty());
        return hooks.create(userId(ctx), definition, origins.of(ctx)).map(changed -> {
            ctx.response()
                    .setStatusCode(201)
                    .putHeader(
                            HttpHeaders.LOCATION, "/v1/hooks/" + changed.hook().id());
            return render(ctx, changed);
        });
    }

    private Future<Buffer> get(RoutingContext ctx) {
        return hooks.get(userId(ctx), ref(ctx)).map(hook -> {
            Preconditions.of(ctx.request()).checkIfMatch("hook", hook.version());
            return render(ctx, hook, HookView.of(hook));
        });
    }

    private Future<Buffer> replace(RoutingContext ctx) {
        var body = Bodies.object(ctx);
        return write(ctx, before -> HookBody.read(body, Optional.of(before)));
    }

    private Future<Buffer> patch(RoutingContext ctx) {
        var patch = Bodies.object(ctx);
        return write(ctx, before -> {
            var whole = HookView.of(before);
            if (!patch.has("function")) {
                // The function may have another name by now, or none.
                whole.put("function", before.function().byId());
            }
            return HookBody.read(MergePatch.apply(whole, patch), Optional.of(before));
        });
    }

    private Future<Buffer> write(RoutingContext ctx, Function<Hook, Definition> next) {
        return hooks.replace(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), next, origins.of(ctx))
                .map(changed -> render(ctx, changed));
    }

    private Future<Void> delete(RoutingContext ctx) {
        return hooks.delete(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), origins.of(ctx))
                .map(sequence -> {
                    setSequence(ctx, sequence);
                    return null;
                });
    }

    private Future<Buffer> setPaused(RoutingContext ctx, boolean paused) {
        return hooks.setPaused(userId(ctx), ref(ctx), paused, Preconditions.of(ctx.request()), origins.of(ctx))
                .map(changed -> render(ctx, changed));
    }

    private Future<Buffer> rotate(RoutingContext ctx) {
        var fields = JsonFields.ofOptional(ctx);
        var overlap = Duration.ofHours(HookBody.overlapHours(fields));
        fields.requireValid();
        return hooks.rotate(userId(ctx), ref(ctx), overlap, origins.of(ctx)).map(changed -> render(ctx, changed));
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("hooks", userId(ctx)), FunctionRef::isName);
        return store.list(userId(ctx), page.after() == null ? "" : page.after(), page.fetchLimit())
                .map(found -> page.answer(
                        ctx, found, HookView::of, hook -> hook.spec().name()));
    }

    private Future<Buffer> requests(RoutingContext ctx) {
        return hooks.get(userId(ctx), ref(ctx))
                .compose(hook -> refusals.list(hook.id()))
                .map(items -> {
                    var body = JsonNodeFactory.instance.objectNode();
                    body.putArray("items").addAll(items);
                    return JsonAnswer.of(ctx, body);
                });
    }

    private static Buffer render(RoutingContext ctx, Changed changed) {
        setSequence(ctx, changed.sequence());
        return render(ctx, changed.hook(), HookView.of(changed.hook(), changed.secret()));
    }

    private static void setSequence(RoutingContext ctx, Optional<Long> sequence) {
        sequence.ifPresent(revision -> ctx.response().putHeader(SEQUENCE, Long.toString(revision)));
    }

    private static Buffer render(RoutingContext ctx, Hook hook, ObjectNode view) {
        ctx.response().putHeader(HttpHeaders.ETAG, Preconditions.etag(hook.version()));
        return JsonAnswer.of(ctx, view);
    }

    private static String ref(RoutingContext ctx) {
        return PathRef.of(ctx, Hooks::notFound);
    }
}
