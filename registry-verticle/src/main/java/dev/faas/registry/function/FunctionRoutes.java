package dev.faas.registry.function;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.KeyValueFilter;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.registry.function.Functions.Write;
import dev.faas.registry.function.Functions.WriteResult;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Serves {@code /v1/functions}. */
public final class FunctionRoutes {
    /** Revision of the bucket FUNCTIONS that contains the write. The gateway waits for it and removes the header. */
    static final String SEQUENCE = "Faas-Function-Sequence";
    /** The gateway asks for the wire record instead of the public body. */
    static final String WIRE_RECORD = "application/vnd.faas.revision+json";

    private static final int MAX_BODY_BYTES = 512 * 1024;
    private static final int MAX_SMALL_BODY = 64 * 1024;
    private static final int MAX_NOTE = 1_024;
    private static final int MAX_REVISION = 999_999_999;
    private static final Pattern REVISION = Pattern.compile("[1-9][0-9]{0,8}");

    private final Functions functions;
    private final FunctionPausing pausing;
    private final FunctionBody bodies;
    private final TokenVerifier verifier;
    private final Origins origins;

    public FunctionRoutes(
            Functions functions,
            FunctionPausing pausing,
            FunctionBody bodies,
            TokenVerifier verifier,
            Origins origins) {
        this.functions = functions;
        this.pausing = pausing;
        this.bodies = bodies;
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        // The gateway reads a function in the name of who invokes it.
        var caller = Authenticated.by(verifier, Scope.READ, Scope.INVOKE);
        var developer = Authenticated.by(verifier, Scope.FUNCTIONS);
        var json = Bodies.json(MAX_BODY_BYTES);
        var patch = Bodies.mergePatch(MAX_BODY_BYTES);
        on.post("/v1/functions").handler(developer).handler(json).respond(this::create);
        on.get("/v1/functions").handler(reader).respond(this::list);
        on.get("/v1/functions/:ref").handler(caller).respond(this::get);
        on.put("/v1/functions/:ref").handler(developer).handler(json).respond(this::replace);
        on.patch("/v1/functions/:ref").handler(developer).handler(patch).respond(this::patch);
        on.delete("/v1/functions/:ref").handler(developer).respond(this::delete);
        on.get("/v1/functions/:ref/revisions").handler(reader).respond(this::revisions);
        on.post("/v1/functions/:ref/rollback").handler(developer).handler(json).respond(this::rollback);
        on.post("/v1/functions/:ref/pause")
                .handler(developer)
                .handler(Bodies.json(MAX_SMALL_BODY))
                .respond(this::pause);
        on.post("/v1/functions/:ref/resume").handler(developer).respond(this::resume);
    }

    private Future<Buffer> create(RoutingContext ctx) {
        var write = write(ctx);
        var spec = bodies(ctx).read(Bodies.object(ctx));
        return functions.create(userId(ctx), spec, write, origins.of(ctx)).map(written -> {
            var body = FunctionView.of(written.function());
            if (write == Write.PREVIEW) {
                body.remove("id"); // the one of the function that is created later will differ
                return JsonAnswer.of(ctx, body);
            }
            ctx.response()
                    .setStatusCode(201)
                    .putHeader(
                            HttpHeaders.LOCATION,
                            "/v1/functions/" + written.function().id());
            return renderWrite(ctx, written);
        });
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        var labels = KeyValueFilter.read("label", ctx.queryParams().getAll("label"), errors);
        var scope = labels.isEmpty()
                ? List.of("functions", userId(ctx)) // cursors of earlier versions stay valid
                : List.of("functions", userId(ctx), labels.toString());
        var page = Page.of(ctx, scope, FunctionRef::isName, errors);
        var after = page.after() == null ? "" : page.after();
        return functions
                .list(userId(ctx), labels, after, page.fetchLimit())
                .map(found ->
                        renderPage(ctx, page, found, function -> function.spec().name()));
    }

    private Future<@Nullable Buffer> get(RoutingContext ctx) {
        return functions.get(userId(ctx), ref(ctx)).compose(function -> {
            // The entity tag is the revision, which a pause leaves alone: such a body must not be used again.
            boolean isPaused = function.pauses().isPaused();
            ctx.response()
                    .putHeader(HttpHeaders.ETAG, Preconditions.etag(function.revision()))
                    .putHeader(HttpHeaders.CACHE_CONTROL, isPaused ? "no-store" : "private, no-cache");
            var conditions = Preconditions.of(ctx.request());
            conditions.checkIfMatch(function.revision());
            if (!isPaused && conditions.failsIfNoneMatch(function.revision())) {
                return ctx.response().setStatusCode(304).end().mapEmpty();
            }
            if (WIRE_RECORD.equals(ctx.request().getHeader(HttpHeaders.ACCEPT))) {
                ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, WIRE_RECORD);
                return Future.succeededFuture(Buffer.buffer(Codec.encode(function)));
            }
            return Future.succeededFuture(renderFunction(ctx, function));
        });
    }

    private Future<Buffer> replace(RoutingContext ctx) {
        var body = Bodies.object(ctx);
        var bodies = bodies(ctx);
        return revise(ctx, current -> bodies.read(body, current.spec().name()));
    }

    private Future<Buffer> patch(RoutingContext ctx) {
        var patch = Bodies.object(ctx);
        var bodies = bodies(ctx);
        return revise(
                ctx,
                current ->
                        bodies.read(applyPatch(current, patch), current.spec().name()));
    }

    private Future<Buffer> revise(RoutingContext ctx, Function<FunctionRevision, FunctionSpec> next) {
        return functions
                .revise(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), next, write(ctx), origins.of(ctx))
                .map(written -> renderWrite(ctx, written));
    }

    private static ObjectNode applyPatch(FunctionRevision current, ObjectNode patch) {
        return MergePatch.apply(FunctionView.of(current), patch);
    }

    private Future<Void> delete(RoutingContext ctx) {
        return functions
                .delete(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), origins.of(ctx))
                .map(sequence -> {
                    ctx.response().putHeader(SEQUENCE, Long.toString(sequence));
                    return null;
                });
    }

    private Future<Buffer> revisions(RoutingContext ctx) {
        var scope = List.of("revisions", userId(ctx), ref(ctx));
        var page = Page.of(ctx, scope, key -> REVISION.matcher(key).matches());
        int before = page.after() == null ? Integer.MAX_VALUE : Integer.parseInt(page.after());
        return functions
                .revisions(userId(ctx), ref(ctx), before, page.fetchLimit())
                .map(found -> renderPage(ctx, page, found, function -> Integer.toString(function.revision())));
    }

    private Future<Buffer> rollback(RoutingContext ctx) {
        var write = write(ctx);
        var fields = JsonFields.of(ctx);
        int revision = fields.requiredInteger("revision", 1, MAX_REVISION);
        fields.requireValid();
        return functions
                .rollback(
                        userId(ctx),
                        ref(ctx),
                        Preconditions.of(ctx.request()),
                        revision,
                        old -> bodies(ctx).read(FunctionView.of(old), old.spec().name()),
                        write,
                        origins.of(ctx))
                .map(written -> renderWrite(ctx, written));
    }

    private Future<Buffer> pause(RoutingContext ctx) {
        var fields = JsonFields.ofOptional(ctx);
        var note = fields.optionalText("note", MAX_NOTE).orElse("");
        boolean refuses =
                fields.choice("submits", Map.of(FunctionView.ACCEPT, false, FunctionView.REFUSE, true), false);
        fields.requireValid();
        return pausing.pause(userId(ctx), ref(ctx), note, refuses, origins.of(ctx))
                .map(written -> renderWrite(ctx, written));
    }

    private Future<Buffer> resume(RoutingContext ctx) {
        return pausing.resume(userId(ctx), ref(ctx), origins.of(ctx)).map(written -> renderWrite(ctx, written));
    }

    private static Buffer renderWrite(RoutingContext ctx, WriteResult written) {
        var sequence = written.sequence();
        if (sequence != null) {
            ctx.response()
                    .putHeader(
                            HttpHeaders.ETAG,
                            Preconditions.etag(written.function().revision()))
                    .putHeader(SEQUENCE, sequence.toString());
        }
        return renderFunction(ctx, written.function());
    }

    private static Buffer renderFunction(RoutingContext ctx, FunctionRevision function) {
        return JsonAnswer.of(ctx, FunctionView.of(function));
    }

    private static Write write(RoutingContext ctx) {
        return switch (ctx.queryParams().get("dryRun")) {
            case null -> Write.STORE;
            case "false" -> Write.STORE;
            case "true" -> Write.PREVIEW;
            default -> throw Problem.invalid("dryRun", "must be true or false").asException();
        };
    }

    private static Buffer renderPage(
            RoutingContext ctx, Page page, List<FunctionRevision> found, Function<FunctionRevision, String> key) {
        return page.answer(ctx, found, FunctionView::of, key);
    }

    private FunctionBody bodies(RoutingContext ctx) {
        return bodies.writtenBy(Authenticated.principal(ctx));
    }

    private static String ref(RoutingContext ctx) {
        return ctx.pathParam("ref");
    }
}
