package dev.faas.gateway.read;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.RunOutput;
import dev.faas.gateway.forward.Caller;
import dev.faas.http.content.ByteBody;
import dev.faas.wire.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;

/**
 * Serves what runs wrote: the result (stdout) and the log (stderr). The source is the last snapshot, else the run's chunks in
 * the event stream, else the registry's archived copy.
 */
public final class OutputRoutes {
    private final ReadContext reads;
    private final LiveStreams live;

    public OutputRoutes(ReadContext reads, LiveStreams live) {
        this.reads = reads;
        this.live = live;
    }

    public void result(RoutingContext ctx) {
        reads.readNewest(ctx, newest -> {
            var record = newest.record();
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
        var inline = report.output().result();
        if (inline != null) {
            setHead(ctx, ended, type(Source.STDOUT));
            var bytes = Buffer.buffer(inline.getBytes(StandardCharsets.UTF_8));
            body(ended, Source.STDOUT, bytes.length()).send(ctx, ByteBody.Source.of(bytes));
        } else {
            sendStored(ctx, ended, Source.STDOUT, report.output().resultBytes());
        }
    }

    public void logs(RoutingContext ctx) {
        var follow = follow(ctx) && !isHead(ctx);
        reads.readNewest(ctx, newest -> {
            switch (newest.record()) {
                case ActivationRecord.Ended ended ->
                    sendStored(
                            ctx, ended, Source.STDERR, ended.report().output().logBytes());
                case ActivationRecord unfinished when follow -> live.followLog(ctx, unfinished);
                case ActivationRecord.Running running -> sendLogSoFar(ctx, running);
                case ActivationRecord.Queued queued -> {
                    setHead(ctx, queued, type(Source.STDERR));
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

    /** Asks the registry when the chunks are pruned. */
    private void sendStored(RoutingContext ctx, ActivationRecord.Ended ended, Source source, long length) {
        var runId = ended.runId();
        if (length == 0 || runId == null || isHead(ctx)) {
            setHead(ctx, ended, type(source));
            body(ended, source, length).send(ctx, ByteBody.Source.empty());
            return;
        }
        var output = chunks(ctx, RunOutput.ofEndedRun(reads.events(), ended.id(), runId, source, length));
        output.next().onFailure(ctx::fail).onSuccess(first -> {
            if (first.isEmpty()) {
                reads.registry().forwardWithoutBody(ctx);
            } else {
                setHead(ctx, ended, type(source));
                body(ended, source, length).send(ctx, output.withFirst(first.get()));
            }
        });
    }

    private static ByteBody body(ActivationRecord.Ended ended, Source source, long length) {
        return new ByteBody(source.objectName(ended.id()), length);
    }

    private ByteBody.Source chunks(RoutingContext ctx, RunOutput output) {
        return () -> reads.bus().ask(Caller.of(ctx), output::next).map(next -> next.map(Buffer::buffer));
    }

    private void sendLogSoFar(RoutingContext ctx, ActivationRecord.Running running) {
        setHead(ctx, running, type(Source.STDERR));
        ctx.response().setChunked(true);
        pump(ctx, chunks(ctx, RunOutput.ofRunningRun(reads.events(), running, Source.STDERR)));
    }

    /** Reads a chunk when the one before is written, so that a slow client takes one chunk of memory. */
    private static void pump(RoutingContext ctx, ByteBody.Source output) {
        output.next()
                .onFailure(ctx::fail)
                .onSuccess(next -> next.ifPresentOrElse(
                        // A failed write means that the client has disconnected.
                        chunk -> ctx.response().write(chunk).onSuccess(written -> pump(ctx, output)),
                        ctx::end));
    }

    private static void setHead(RoutingContext ctx, ActivationRecord record, String type) {
        ctx.response()
                .putHeader("X-Activation-Status", record.currentStatus().text())
                .putHeader(HttpHeaders.CONTENT_TYPE, type);
    }

    /** Never HTML: a browser must not run what a function wrote on the platform's origin. */
    private static String type(Source source) {
        return source == Source.STDOUT ? "application/octet-stream" : "text/plain; charset=utf-8";
    }

    private static boolean isHead(RoutingContext ctx) {
        return ctx.request().method().equals(HttpMethod.HEAD);
    }
}
