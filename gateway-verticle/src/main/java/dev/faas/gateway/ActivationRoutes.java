package dev.faas.gateway;

import dev.faas.acceptance.Acceptance;
import dev.faas.acceptance.Accepted;
import dev.faas.acceptance.Submission;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationView;
import dev.faas.activation.Status;
import dev.faas.gateway.explain.Explainer;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.RegistryClient;
import dev.faas.gateway.forward.RegistryClient.LedgerEntry;
import dev.faas.gateway.function.Functions;
import dev.faas.gateway.read.ActivationStatus;
import dev.faas.gateway.read.EndWait;
import dev.faas.gateway.read.JsonBody;
import dev.faas.gateway.read.ReadContext;
import dev.faas.gateway.read.WaitPreference;
import dev.faas.gateway.submit.Cancellation;
import dev.faas.gateway.submit.IdempotencyKeyHeader;
import dev.faas.gateway.submit.Replay;
import dev.faas.gateway.submit.SubmissionBody;
import dev.faas.http.JsonFields;
import dev.faas.http.token.Authenticated;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;

/** Submits, replays, reads, explains and cancels activations. */
final class ActivationRoutes {
    record SubmitContext(
            Functions functions,
            Acceptance acceptance,
            Replay replay,
            Cancellation cancellation,
            RegistryClient registry) {}

    private final SubmitContext submits;
    private final ReadContext reads;
    private final Explainer explainer;

    ActivationRoutes(SubmitContext submits, ReadContext reads, Explainer explainer) {
        this.submits = submits;
        this.reads = reads;
        this.explainer = explainer;
    }

    Future<Buffer> submit(RoutingContext ctx) {
        var key = IdempotencyKeyHeader.of(ctx);
        var wait = WaitPreference.of(ctx);
        var submission = SubmissionBody.of(ctx);
        var caller = Caller.of(ctx);
        var ref = ctx.pathParam("ref");
        return submits.functions()
                .find(ref, caller)
                .compose(function ->
                        resolved(submission, caller).map(whole -> SubmitRequest.of(function, ref, whole, key, caller)))
                .compose(request -> accept(request, caller))
                .compose(accepted -> respond(ctx, accepted, wait));
    }

    /** With the id of the destination of its callback, as that has it now. */
    private Future<Submission> resolved(Submission submission, Caller caller) {
        var callback = submission.callback();
        return callback == null
                ? Future.succeededFuture(submission)
                : submits.registry().resolve(callback, caller).map(submission::with);
    }

    Future<Buffer> replay(RoutingContext ctx) {
        var key = IdempotencyKeyHeader.of(ctx);
        var wait = WaitPreference.of(ctx);
        // A replay has no fields yet: any field is refused rather than ignored.
        JsonFields.ofOptional(ctx).requireValid();
        var caller = Caller.of(ctx);
        return submits.replay()
                .prepare(ctx.pathParam("id"), key, caller)
                .compose(request -> accept(request, caller))
                .compose(accepted -> respond(ctx, accepted, wait));
    }

    private Future<Accepted> accept(SubmitRequest request, Caller caller) {
        return submits.acceptance()
                .accept(
                        request,
                        id -> reads.reader().findInLedger(id, caller).map(found -> found.map(LedgerEntry::record)));
    }

    private Future<Buffer> respond(RoutingContext ctx, Accepted accepted, WaitPreference wait) {
        return switch (accepted) {
            case Accepted.InStream(var known) ->
                EndWait.await(ctx, reads, known, true, wait.limit()).map(newest -> {
                    var record = newest.record();
                    return record instanceof ActivationRecord.Ended
                                    && !wait.limit().isZero()
                            ? ended(ctx, record.id(), ActivationView.of(record))
                            : pending(ctx, record.id());
                });
            case Accepted.InLedger(var id, var record) ->
                Future.succeededFuture(wait.limit().isZero() ? pending(ctx, id) : ended(ctx, id, record));
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
        var wait = WaitPreference.of(ctx);
        reads.readNewest(
                ctx,
                known -> EndWait.await(ctx, reads, known, false, wait.limit()).onSuccess(newest -> {
                    if (Authenticated.access(ctx).mayContinue().getAsBoolean()) {
                        ctx.end(JsonBody.of(ctx, ActivationView.of(newest.record())));
                    } else {
                        ctx.fail(Problem.unauthenticated("This login has been ended. Log in again.")
                                .asException());
                    }
                }));
    }

    Future<Buffer> cancel(RoutingContext ctx) {
        return submits.cancellation()
                .cancel(ctx.pathParam("id"), Caller.of(ctx))
                .map(record -> {
                    ctx.response().setStatusCode(202);
                    return JsonBody.of(ctx, ActivationStatus.of(record));
                });
    }

    Future<Buffer> argument(RoutingContext ctx) {
        return reads.reader().getAccepted(ctx.pathParam("id"), Caller.of(ctx)).map(accepted -> {
            ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8");
            return Buffer.buffer(Objects.requireNonNull(accepted.order()).argument());
        });
    }

    Future<Buffer> explain(RoutingContext ctx) {
        return explainer.explain(ctx.pathParam("id"), Caller.of(ctx)).map(explanation -> JsonBody.of(ctx, explanation));
    }
}
