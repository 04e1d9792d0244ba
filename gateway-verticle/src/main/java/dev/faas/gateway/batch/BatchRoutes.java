package dev.faas.gateway.batch;

import dev.faas.acceptance.Acceptance;
import dev.faas.acceptance.IdempotencyKey;
import dev.faas.gateway.forward.BatchClient;
import dev.faas.gateway.forward.BatchClient.Opened;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.function.Functions;
import dev.faas.gateway.submit.IdempotencyKeyHeader;
import dev.faas.http.Bodies;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.token.Authenticated;
import dev.faas.wire.FunctionRevision;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;

/** Submits batches: many activations of one revision in one request. */
public final class BatchRoutes {
    private static final String JSON = "application/json";

    public static final List<String> TYPES = List.of(JSON, BatchAnswer.LINES);

    private static final int MAX_BODY_BYTES = 8 << 20;

    private final Functions functions;
    private final Acceptance acceptance;
    private final BatchClient batches;
    private final int mostItems;
    private final InstantSource clock;
    private final MeterRegistry meters;

    /** @param mostItems of one batch */
    public BatchRoutes(
            Functions functions,
            Acceptance acceptance,
            BatchClient batches,
            int mostItems,
            InstantSource clock,
            MeterRegistry meters) {
        this.functions = functions;
        this.acceptance = acceptance;
        this.batches = batches;
        this.mostItems = mostItems;
        this.clock = clock;
        this.meters = meters;
    }

    /** Reads a body in JSON. One in lines is read as its items are accepted. */
    public static Handler<RoutingContext> bodyHandler() {
        var reader = Bodies.accepting(MAX_BODY_BYTES, TYPES);
        return ctx -> {
            if (isInLines(ctx)) {
                Bodies.requireType(ctx, TYPES);
                ctx.request().pause();
                ctx.next();
            } else {
                reader.handle(ctx);
            }
        };
    }

    private static boolean isInLines(RoutingContext ctx) {
        return Bodies.isOfType(ctx, BatchAnswer.LINES) && Bodies.isAnnounced(ctx);
    }

    private record Prepared(FunctionRevision function, Opened batch) {}

    public void submit(RoutingContext ctx) {
        var key = IdempotencyKeyHeader.of(ctx).map(IdempotencyKey::text).orElse(null);
        var body = isInLines(ctx) ? null : BatchBody.of(ctx, mostItems);
        var size = body == null ? OptionalInt.empty() : OptionalInt.of(body.size());
        var caller = Caller.of(ctx);
        functions
                .find(ctx.pathParam("ref"), caller)
                .compose(function -> batches.open(function, size, key, caller)
                        .compose(batch -> withRevision(function, batch, caller)))
                .onFailure(ctx::fail)
                .onSuccess(prepared -> {
                    if (ctx.response().closed()) {
                        return;
                    }
                    var batch = prepared.batch;
                    var submission = new BatchSubmission(
                            ctx,
                            batch.id(),
                            new ItemSubmitter(
                                    acceptance, batches, clock, prepared.function, batch, size, key != null, caller),
                            new BatchAnswer(ctx, batch.id(), AcceptFilter.prefers(ctx, BatchAnswer.LINES, JSON)),
                            batches,
                            Authenticated.access(ctx).mayContinue(),
                            meters);
                    if (body == null) {
                        if (ctx.request().headers().contains(HttpHeaders.EXPECT)) {
                            ctx.response().writeContinue();
                        }
                        submission.submitLines(mostItems);
                    } else {
                        submission.submitAll(body);
                    }
                });
    }

    /** A repeat is of the revision of the first request. */
    private Future<Prepared> withRevision(FunctionRevision function, Opened batch, Caller caller) {
        return batch.revision() == function.revision()
                ? Future.succeededFuture(new Prepared(function, batch))
                : functions
                        .find(function.id() + "@" + batch.revision(), caller)
                        .map(first -> new Prepared(first, batch));
    }
}
