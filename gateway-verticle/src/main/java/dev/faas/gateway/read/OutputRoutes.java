package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.RunOutput;
import dev.faas.gateway.forward.BusAnswer;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.Forwarding;
import dev.faas.http.content.ByteBody;
import dev.faas.wire.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;

/**
 * What runs wrote: the result (stdout) and the log (stderr). Out of the last snapshot, else the chunks of its run in the
 * event stream, else the registry's long-term copy.
 */
public final class OutputRoutes {
    private final ActivationReader reader;
    private final ActivationEvents events;
    private final LiveStreams live;
    private final Forwarding registry;

    public OutputRoutes(ActivationReader reader, ActivationEvents events, LiveStreams live, Forwarding registry) {
        this.reader = reader;
        this.events = events;
        this.live = live;
        this.registry = registry;
    }

    public void result(RoutingContext ctx) {
        alive(ctx, record -> {
            if (record instanceof ActivationRecord.Ended ended) {
                result(ctx, ended);
            } else {
                ctx.response().setStatusCode(202).putHeader(HttpHeaders.RETRY_AFTER, "1");
                ctx.end(JsonBody.of(ctx, ActivationStatus.of(record)));
            }
        });
    }

    private void result(RoutingContext ctx, ActivationRecord.Ended ended) {
        var report = ended.report();
        var inline = report.result();
        if (inline != null) {
            head(ctx, ended, type(Source.STDOUT));
            var bytes = Buffer.buffer(inline.getBytes(StandardCharsets.UTF_8));
            body(ended, Source.STDOUT, bytes.length()).send(ctx, ByteBody.Source.of(bytes));
        } else {
            kept(ctx, ended, Source.STDOUT, report.resultBytes());
        }
    }

    public void logs(RoutingContext ctx) {
        var follow = follow(ctx) && !isHead(ctx);
        alive(ctx, record -> {
            switch (record) {
                case ActivationRecord.Ended ended ->
                    kept(ctx, ended, Source.STDERR, ended.report().logBytes());
                case ActivationRecord unfinished when follow -> live.log(ctx, unfinished);
                case ActivationRecord.Running running -> soFar(ctx, running);
                case ActivationRecord.Queued queued -> {
                    head(ctx, queued, type(Source.STDERR));
                    ctx.end();
                }
            }
        });
    }

    private static boolean follow(RoutingContext ctx) {
        var values = ctx.queryParam("follow");
        if (values.isEmpty() || values.getLast().equals("false")) {
            return false;
        }
        if (values.getLast().equals("true")) {
            return true;
        }
        throw Problem.invalid("follow", "must be true or false").asException();
    }

    private interface Answer {
        void of(ActivationRecord record);
    }

    private void alive(RoutingContext ctx, Answer answer) {
        reader.alive(ctx.pathParam("id"), Caller.of(ctx))
                .onFailure(ctx::fail)
                .onSuccess(found ->
                        found.ifPresentOrElse(snapshot -> answer.of(snapshot.record()), () -> registry.question(ctx)));
    }

    /** Of one that has ended; from the registry when the chunks are not there any more. */
    private void kept(RoutingContext ctx, ActivationRecord.Ended ended, Source source, long length) {
        var runId = ended.runId();
        if (length == 0 || runId == null || isHead(ctx)) {
            head(ctx, ended, type(source));
            body(ended, source, length).send(ctx, ByteBody.Source.empty());
            return;
        }
        var output = pieces(RunOutput.ofEndedRun(events, ended.id(), runId, source, length));
        output.next().onFailure(ctx::fail).onSuccess(first -> {
            if (first.isEmpty()) {
                registry.question(ctx);
            } else {
                head(ctx, ended, type(source));
                body(ended, source, length).send(ctx, output.withFirst(first.get()));
            }
        });
    }

    private static ByteBody body(ActivationRecord.Ended ended, Source source, long length) {
        return new ByteBody(source.objectName(ended.id()), length);
    }

    private static ByteBody.Source pieces(RunOutput output) {
        return () -> BusAnswer.answer(output.next()).map(next -> next.map(Buffer::buffer));
    }

    /** What a run that goes on has written by now. */
    private void soFar(RoutingContext ctx, ActivationRecord.Running running) {
        head(ctx, running, type(Source.STDERR));
        ctx.response().setChunked(true);
        pump(ctx, pieces(RunOutput.ofRunningRun(events, running, Source.STDERR)));
    }

    /** One chunk is read when the one before has left: a slow client costs one chunk of memory. */
    private static void pump(RoutingContext ctx, ByteBody.Source output) {
        output.next()
                .onFailure(ctx::fail)
                .onSuccess(next -> next.ifPresentOrElse(
                        // A write that fails has lost its client.
                        chunk -> ctx.response().write(chunk).onSuccess(gone -> pump(ctx, output)),
                        ctx::end));
    }

    private static void head(RoutingContext ctx, ActivationRecord record, String type) {
        ctx.response()
                .putHeader("X-Activation-Status", record.currentStatus().text())
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader("X-Content-Type-Options", "nosniff");
    }

    /** Never as HTML: what a function writes is its author's, not ours. */
    private static String type(Source source) {
        return source == Source.STDOUT ? "application/octet-stream" : "text/plain; charset=utf-8";
    }

    private static boolean isHead(RoutingContext ctx) {
        return ctx.request().method().equals(HttpMethod.HEAD);
    }
}
