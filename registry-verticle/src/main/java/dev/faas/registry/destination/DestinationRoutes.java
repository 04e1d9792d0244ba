package dev.faas.registry.destination;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.outgoing.OutgoingRules;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.MergePatch;
import dev.faas.registry.function.Preconditions;
import dev.faas.registry.paging.PathRef;
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

/** Serves {@code /v1/destinations}. */
public final class DestinationRoutes {
    private static final String HEADERS = "headers";
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAX_SMALL_BODY = 64 * 1024;

    private final DestinationStore store;
    private final Destinations destinations;
    private final OutgoingRules rules;
    private final TokenVerifier verifier;
    private final Origins origins;

    public DestinationRoutes(
            DestinationStore store,
            QuotaSettings quotas,
            OutgoingRules rules,
            TokenVerifier verifier,
            Origins origins) {
        this.store = store;
        this.destinations = new Destinations(store, quotas, InstantSource.system());
        this.rules = rules;
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        var writer = Authenticated.by(verifier, Scope.FUNCTIONS);
        var json = Bodies.json(MAX_BODY_BYTES);
        on.post("/v1/destinations").handler(writer).handler(json).respond(this::create);
        on.get("/v1/destinations").handler(reader).respond(this::list);
        on.get("/v1/destinations/:ref").handler(reader).respond(this::get);
        on.put("/v1/destinations/:ref").handler(writer).handler(json).respond(this::replace);
        on.patch("/v1/destinations/:ref")
                .handler(writer)
                .handler(Bodies.mergePatch(MAX_BODY_BYTES))
                .respond(this::patch);
        on.delete("/v1/destinations/:ref").handler(writer).respond(this::delete);
        on.post("/v1/destinations/:ref/rotate")
                .handler(writer)
                .handler(Bodies.json(MAX_SMALL_BODY))
                .respond(this::rotate);
        on.post("/v1/destinations/:ref/enable").handler(writer).respond(this::enable);
        on.post("/v1/destinations/:ref/disable").handler(writer).respond(this::disable);
    }

    private Future<Buffer> create(RoutingContext ctx) {
        var definition = DestinationBody.read(Bodies.object(ctx), Optional.empty(), rules);
        return destinations.create(userId(ctx), definition, origins.of(ctx)).map(destination -> {
            ctx.response().setStatusCode(201).putHeader(HttpHeaders.LOCATION, "/v1/destinations/" + destination.id());
            return render(ctx, destination, DestinationView::withSecret);
        });
    }

    private Future<Buffer> get(RoutingContext ctx) {
        return destinations.get(userId(ctx), ref(ctx)).map(destination -> {
            Preconditions.of(ctx.request()).checkIfMatch("destination", destination.version());
            return render(ctx, destination, DestinationView::of);
        });
    }

    private Future<Buffer> replace(RoutingContext ctx) {
        var body = Bodies.object(ctx);
        return write(ctx, before -> DestinationBody.read(body, Optional.of(before.spec()), rules));
    }

    private Future<Buffer> patch(RoutingContext ctx) {
        var patch = Bodies.object(ctx);
        return write(ctx, before -> {
            boolean isSameUrl = patch.path("url")
                    .asText(before.spec().url())
                    .equals(before.spec().url());
            var stored = isSameUrl ? DestinationView.withHeaders(before) : DestinationView.forPatch(before);
            var body = MergePatch.apply(stored, patch);
            if (!patch.has(HEADERS)) { // they stay
                body.remove(HEADERS);
            } else if (!body.has(HEADERS)) { // the patch removes them
                body.putObject(HEADERS);
            }
            return DestinationBody.read(body, Optional.of(before.spec()), rules);
        });
    }

    private Future<Buffer> write(RoutingContext ctx, Function<Destination, Definition> next) {
        return destinations
                .replace(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), next, origins.of(ctx))
                .map(destination -> render(ctx, destination, DestinationView::of));
    }

    private Future<Void> delete(RoutingContext ctx) {
        return destinations.delete(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), origins.of(ctx));
    }

    private Future<Buffer> rotate(RoutingContext ctx) {
        var fields = JsonFields.ofOptional(ctx);
        var overlap = Duration.ofHours(DestinationBody.overlapHours(fields));
        fields.requireValid();
        return destinations
                .rotate(userId(ctx), ref(ctx), overlap, origins.of(ctx))
                .map(destination -> render(ctx, destination, DestinationView::withSecret));
    }

    private Future<Buffer> enable(RoutingContext ctx) {
        return destinations
                .enable(userId(ctx), ref(ctx), origins.of(ctx))
                .map(destination -> render(ctx, destination, DestinationView::of));
    }

    private Future<Buffer> disable(RoutingContext ctx) {
        return destinations
                .disable(userId(ctx), ref(ctx), origins.of(ctx))
                .map(destination -> render(ctx, destination, DestinationView::of));
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("destinations", userId(ctx)), FunctionRef::isName);
        return store.list(userId(ctx), page.after() == null ? "" : page.after(), page.fetchLimit())
                .map(found -> page.answer(
                        ctx,
                        found,
                        DestinationView::of,
                        destination -> destination.spec().name()));
    }

    private static Buffer render(RoutingContext ctx, Destination destination, Function<Destination, ObjectNode> view) {
        ctx.response().putHeader(HttpHeaders.ETAG, Preconditions.etag(destination.version()));
        return JsonAnswer.of(ctx, view.apply(destination));
    }

    static String ref(RoutingContext ctx) {
        return PathRef.of(ctx, Destinations::notFound);
    }
}
