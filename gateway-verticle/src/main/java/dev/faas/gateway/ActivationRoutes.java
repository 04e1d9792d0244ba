package dev.faas.gateway;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Status;
import dev.faas.http.ContentCoding;
import dev.faas.http.HttpService;
import dev.faas.wire.Codec;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Submitting activations and asking for their records. */
final class ActivationRoutes {
    private final Functions functions;
    private final Acceptance acceptance;
    private final ActivationReader reader;
    private final ActivationEvents events;
    private final OpenAnswers open;
    private final Forwarding registry;

    ActivationRoutes(
            Functions functions,
            Acceptance acceptance,
            ActivationReader reader,
            ActivationEvents events,
            OpenAnswers open,
            Forwarding registry) {
        this.functions = functions;
        this.acceptance = acceptance;
        this.reader = reader;
        this.events = events;
        this.open = open;
        this.registry = registry;
    }

    /** The short answer of an activation that has not ended. */
    record Pending(String activationId, Status status) {
        static Pending of(ActivationRecord record) {
            return new Pending(record.id(), record.currentStatus());
        }
    }

    Future<Buffer> submit(RoutingContext ctx) {
        refuseIdempotencyKey(ctx);
        var patience = Patience.of(ctx);
        var submission = Submission.of(ctx);
        return functions
                .find(ctx.pathParam("ref"), Caller.of(ctx))
                .compose(function -> acceptance.accept(function, submission, HttpService.requestId(ctx)))
                .compose(accepted -> EndWait.of(ctx, events, open, accepted, patience.limit()))
                .map(newest -> submitted(ctx, newest));
    }

    /** Not built yet, and too dangerous to be ignored. */
    private static void refuseIdempotencyKey(RoutingContext ctx) {
        if (ctx.request().headers().contains("Idempotency-Key")) {
            throw Problem.invalid("Idempotency-Key", "is not available yet: submit without it")
                    .asException();
        }
    }

    private static Buffer submitted(RoutingContext ctx, Snapshot newest) {
        var id = newest.record().id();
        ctx.response().putHeader("X-Activation-Id", id);
        if (newest.record() instanceof ActivationRecord.Ended ended) {
            return json(ctx, ActivationView.of(ended));
        }
        ctx.response().setStatusCode(202).putHeader(HttpHeaders.LOCATION, "/v1/activations/" + id);
        return json(ctx, new Pending(id, Status.QUEUED));
    }

    void get(RoutingContext ctx) {
        var patience = Patience.of(ctx);
        reader.alive(ctx.pathParam("id"), Caller.of(ctx))
                .onFailure(ctx::fail)
                .onSuccess(found -> found.ifPresentOrElse(
                        known -> EndWait.of(ctx, events, open, known, patience.limit())
                                .onSuccess(newest -> ctx.end(json(ctx, ActivationView.of(newest.record())))),
                        () -> registry.question(ctx)));
    }

    /** A body as JSON of ours, with its type. */
    static Buffer json(RoutingContext ctx, Object body) {
        ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        return ContentCoding.gzip(ctx, Buffer.buffer(Codec.write(body)));
    }
}
