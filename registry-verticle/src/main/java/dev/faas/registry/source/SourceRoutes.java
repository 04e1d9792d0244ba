package dev.faas.registry.source;

import static dev.faas.http.token.Authenticated.userId;

import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.nats.Nats;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.MergePatch;
import dev.faas.registry.function.Preconditions;
import dev.faas.registry.paging.PathRef;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Scope;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Serves {@code /v1/sources}. Gateways take the messages. */
public final class SourceRoutes {
    private static final int MAX_BODY_BYTES = 64 * 1024;

    private final SourceStore store;
    private final Sources sources;
    private final TokenVerifier verifier;
    private final Origins origins;

    public SourceRoutes(SourceStore store, Nats nats, QuotaSettings quotas, TokenVerifier verifier, Origins origins) {
        this.store = store;
        this.sources = new Sources(store, nats.stream(Subjects.INBOX).consumers(), quotas, InstantSource.system());
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        var writer = Authenticated.by(verifier, Scope.FUNCTIONS);
        var json = Bodies.json(MAX_BODY_BYTES);
        on.post("/v1/sources").handler(writer).handler(json).respond(this::create);
        on.get("/v1/sources").handler(reader).respond(this::list);
        on.get("/v1/sources/:ref").handler(reader).respond(this::get);
        on.put("/v1/sources/:ref").handler(writer).handler(json).respond(this::replace);
        on.patch("/v1/sources/:ref")
                .handler(writer)
                .handler(Bodies.mergePatch(MAX_BODY_BYTES))
                .respond(this::patch);
        on.delete("/v1/sources/:ref").handler(writer).respond(this::delete);
        on.post("/v1/sources/:ref/pause").handler(writer).respond(ctx -> setPaused(ctx, true));
        on.post("/v1/sources/:ref/resume").handler(writer).respond(ctx -> setPaused(ctx, false));
    }

    private Future<Buffer> create(RoutingContext ctx) {
        var definition = SourceBody.read(Bodies.object(ctx), Optional.empty());
        return sources.create(userId(ctx), definition, origins.of(ctx)).compose(source -> {
            ctx.response().setStatusCode(201).putHeader(HttpHeaders.LOCATION, "/v1/sources/" + source.id());
            return render(ctx, source);
        });
    }

    private Future<Buffer> get(RoutingContext ctx) {
        return sources.get(userId(ctx), ref(ctx)).compose(source -> {
            Preconditions.of(ctx.request()).checkIfMatch("source", source.version());
            return render(ctx, source);
        });
    }

    private Future<Buffer> replace(RoutingContext ctx) {
        var body = Bodies.object(ctx);
        return write(ctx, before -> SourceBody.read(body, Optional.of(before)));
    }

    private Future<Buffer> patch(RoutingContext ctx) {
        var patch = Bodies.object(ctx);
        return write(ctx, before -> {
            var whole = SourceView.of(before, null);
            if (!patch.has("function")) {
                // The function may have another name by now, or none.
                whole.put("function", before.function().byId());
            }
            return SourceBody.read(MergePatch.apply(whole, patch), Optional.of(before));
        });
    }

    private Future<Buffer> write(RoutingContext ctx, Function<Source, Definition> next) {
        return sources.replace(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), next, origins.of(ctx))
                .compose(source -> render(ctx, source));
    }

    private Future<Void> delete(RoutingContext ctx) {
        return sources.delete(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), origins.of(ctx));
    }

    private Future<Buffer> setPaused(RoutingContext ctx, boolean paused) {
        return sources.setPaused(userId(ctx), ref(ctx), paused, Preconditions.of(ctx.request()), origins.of(ctx))
                .compose(source -> render(ctx, source));
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("sources", userId(ctx)), FunctionRef::isName);
        return store.list(userId(ctx), page.after() == null ? "" : page.after(), page.fetchLimit())
                .compose(found -> {
                    var lags = new IdentityHashMap<Source, Long>();
                    return Future.all(found.stream()
                                    .map(source -> sources.lag(source)
                                            .onSuccess(lag -> lag.ifPresent(known -> lags.put(source, known))))
                                    .toList())
                            .map(done -> page.answer(
                                    ctx,
                                    found,
                                    source -> SourceView.of(source, lags.get(source)),
                                    source -> source.spec().name()));
                });
    }

    private Future<Buffer> render(RoutingContext ctx, Source source) {
        return sources.lag(source).map(lag -> {
            ctx.response().putHeader(HttpHeaders.ETAG, Preconditions.etag(source.version()));
            return JsonAnswer.of(ctx, SourceView.of(source, lag.orElse(null)));
        });
    }

    private static String ref(RoutingContext ctx) {
        return PathRef.of(ctx, Sources::notFound);
    }
}
