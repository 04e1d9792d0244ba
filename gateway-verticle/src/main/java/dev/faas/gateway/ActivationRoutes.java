package dev.faas.gateway;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.activation.Status;
import dev.faas.gateway.explain.Explainer;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.Forwarding;
import dev.faas.gateway.function.Functions;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.gateway.read.ActivationStatus;
import dev.faas.gateway.read.EndWait;
import dev.faas.gateway.read.JsonBody;
import dev.faas.gateway.read.OpenResponses;
import dev.faas.gateway.read.WaitPreference;
import dev.faas.gateway.submit.Acceptance;
import dev.faas.gateway.submit.Accepted;
import dev.faas.gateway.submit.Cancellation;
import dev.faas.gateway.submit.IdempotencyKey;
import dev.faas.gateway.submit.Replay;
import dev.faas.gateway.submit.Submission;
import dev.faas.gateway.submit.SubmitRequest;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Submitting activations, asking for their records, and stopping them. */
final class ActivationRoutes {
    private final Functions functions;
    private final Acceptance acceptance;
    private final Cancellation cancellation;
    private final Replay replay;
    private final Explainer explanation;
    private final ActivationReader reader;
    private final ActivationEvents events;
    private final OpenResponses open;
    private final Forwarding registry;

    ActivationRoutes(
            Functions functions,
            Acceptance acceptance,
            Cancellation cancellation,
            Replay replay,
            Explainer explanation,
            ActivationReader reader,
            ActivationEvents events,
            OpenResponses open,
            Forwarding registry) {
        this.functions = functions;
        this.acceptance = acceptance;
        this.cancellation = cancellation;
        this.replay = replay;
        this.explanation = explanation;
        this.reader = reader;
        this.events = events;
        this.open = open;
        this.registry = registry;
    }

    Future<Buffer> submit(RoutingContext ctx) {
        var key = IdempotencyKey.of(ctx);
        var patience = WaitPreference.of(ctx);
        var submission = Submission.of(ctx);
        var caller = Caller.of(ctx);
        var ref = ctx.pathParam("ref");
        return functions
                .find(ref, caller)
                .map(function -> SubmitRequest.of(function, ref, submission, key, caller))
                .compose(acceptance::accept)
                .compose(accepted -> submitted(ctx, accepted, patience));
    }

    Future<Buffer> replay(RoutingContext ctx) {
        var key = IdempotencyKey.of(ctx);
        var patience = WaitPreference.of(ctx);
        if (Bodies.bytes(ctx).length() > 0) {
            // There is nothing to say yet, and what would be ignored is refused.
            JsonFields.of(ctx).requireValid();
        }
        return replay.of(ctx.pathParam("id"), key, Caller.of(ctx))
                .compose(acceptance::accept)
                .compose(accepted -> submitted(ctx, accepted, patience));
    }

    private Future<Buffer> submitted(RoutingContext ctx, Accepted accepted, WaitPreference patience) {
        return switch (accepted) {
            case Accepted.Alive(var known) ->
                EndWait.of(ctx, events, open, known, true, patience.limit()).map(newest -> {
                    var record = newest.record();
                    return record instanceof ActivationRecord.Ended
                                    && !patience.limit().isZero()
                            ? ended(ctx, record.id(), ActivationView.of(record))
                            : pending(ctx, record.id());
                });
            case Accepted.Past(var id, var entry) ->
                Future.succeededFuture(patience.limit().isZero() ? pending(ctx, id) : ended(ctx, id, entry.record()));
        };
    }

    private static Buffer ended(RoutingContext ctx, String id, Object record) {
        ctx.response().putHeader("X-Activation-Id", id);
        return JsonBody.of(ctx, record);
    }

    private static Buffer pending(RoutingContext ctx, String id) {
        ctx.response()
                .putHeader("X-Activation-Id", id)
                .setStatusCode(202)
                .putHeader(HttpHeaders.LOCATION, "/v1/activations/" + id);
        return JsonBody.of(ctx, new ActivationStatus(id, Status.QUEUED));
    }

    void get(RoutingContext ctx) {
        var patience = WaitPreference.of(ctx);
        reader.alive(ctx.pathParam("id"), Caller.of(ctx))
                .onFailure(ctx::fail)
                .onSuccess(found -> found.ifPresentOrElse(
                        known -> EndWait.of(ctx, events, open, known, false, patience.limit())
                                .onSuccess(newest -> ctx.end(JsonBody.of(ctx, ActivationView.of(newest.record())))),
                        () -> registry.question(ctx)));
    }

    Future<Buffer> cancel(RoutingContext ctx) {
        return cancellation.cancel(ctx.pathParam("id"), Caller.of(ctx)).map(record -> {
            ctx.response().setStatusCode(202);
            return JsonBody.of(ctx, ActivationStatus.of(record));
        });
    }

    Future<Buffer> explain(RoutingContext ctx) {
        return explanation.of(ctx.pathParam("id"), Caller.of(ctx)).map(explained -> JsonBody.of(ctx, explained));
    }
}
