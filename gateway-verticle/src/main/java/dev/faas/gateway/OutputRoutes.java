package dev.faas.gateway;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.wire.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What runs wrote: the result (stdout) and the log (stderr). Out of the last snapshot, else the chunks of its run in the
 * event stream, else the registry's long-term copy.
 */
final class OutputRoutes {
    private final ActivationReader reader;
    private final ActivationEvents events;
    private final LiveStreams live;
    private final Forwarding registry;

    OutputRoutes(ActivationReader reader, ActivationEvents events, LiveStreams live, Forwarding registry) {
        this.reader = reader;
        this.events = events;
        this.live = live;
        this.registry = registry;
    }

    void result(RoutingContext ctx) {
        alive(ctx, record -> {
            if (record instanceof ActivationRecord.Ended ended) {
                result(ctx, ended);
            } else {
                ctx.response().setStatusCode(202).putHeader(HttpHeaders.RETRY_AFTER, "1");
                ctx.end(ActivationRoutes.json(ctx, ActivationRoutes.Pending.of(record)));
            }
        });
    }

    private void result(RoutingContext ctx, ActivationRecord.Ended ended) {
        var report = ended.report();
        var inline = report.result();
        if (inline != null) {
            head(ctx, ended, "application/octet-stream");
            var bytes = inline.getBytes(StandardCharsets.UTF_8);
            ctx.response().putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length));
            ctx.end(Buffer.buffer(bytes));
        } else {
            kept(ctx, ended, Source.STDOUT, report.resultBytes());
        }
    }

    void logs(RoutingContext ctx) {
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

    /** All of it, of which the length is known; from the registry when the chunks are not there any more. */
    private void kept(RoutingContext ctx, ActivationRecord.Ended ended, Source source, long length) {
        var runId = ended.runId();
        if (length == 0 || runId == null || isHead(ctx)) {
            head(ctx, ended, type(source));
            ctx.response().putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
            ctx.end();
            return;
        }
        var output = new RunOutput(events, ended.id(), runId, source);
        output.next().onFailure(ctx::fail).onSuccess(first -> {
            if (first.isEmpty()) {
                registry.question(ctx);
            } else {
                head(ctx, ended, type(source));
                ctx.response().putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
                pump(ctx, output, first, length);
            }
        });
    }

    /** What a run that goes on has written by now. */
    private void soFar(RoutingContext ctx, ActivationRecord.Running running) {
        head(ctx, running, type(Source.STDERR));
        ctx.response().setChunked(true);
        var output = new RunOutput(events, running.id(), running.runId(), Source.STDERR);
        output.next().onFailure(ctx::fail).onSuccess(first -> pump(ctx, output, first, -1));
    }

    /** One chunk is read when the one before has left: a slow client costs one chunk of memory. */
    private void pump(RoutingContext ctx, RunOutput output, Optional<Buffer> chunk, long length) {
        if (chunk.isPresent()) {
            // A write that fails has lost its client.
            ctx.response()
                    .write(chunk.get())
                    .onSuccess(gone ->
                            output.next().onFailure(ctx::fail).onSuccess(next -> pump(ctx, output, next, length)));
        } else if (length >= 0 && output.taken() != length) {
            // Pruned while it was read. Breaking off is all that is left; the next try gets the registry's copy.
            ctx.fail(Bus.away().asException());
        } else {
            ctx.end();
        }
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
