package dev.faas.gateway.read;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.RegistryClient.LedgerEntry;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Opens responses that continue until the end of an activation: server-sent events and followed logs. */
public final class LiveStreams {
    private static final Pattern SEQUENCE = Pattern.compile("[0-9]{1,18}");

    private final ReadContext reads;
    private final LiveResponse.Limits limits;

    public LiveStreams(ReadContext reads, LiveResponse.Limits limits) {
        this.reads = reads;
        this.limits = limits;
    }

    /** Streams server-sent events, from the beginning or after {@code Last-Event-ID}. */
    public void events(RoutingContext ctx) {
        var after = lastEventId(ctx);
        var id = ctx.pathParam("id");
        var caller = Caller.of(ctx);
        reads.reader()
                .findInStream(id, caller)
                .onFailure(ctx::fail)
                .onSuccess(found -> found.ifPresentOrElse(
                        snapshot -> streamLive(ctx, snapshot, after),
                        () -> reads.reader()
                                .getFromLedger(id, caller)
                                .onFailure(ctx::fail)
                                .onSuccess(entry -> sendRemaining(ctx, entry, after))));
    }

    private void streamLive(RoutingContext ctx, Snapshot newest, long after) {
        if (newest.record() instanceof ActivationRecord.Ended && after >= newest.sequence()) {
            endReconnects(ctx);
        } else if (beginEvents(ctx)) {
            var id = newest.record().id();
            var caller = Caller.of(ctx);
            stream(
                    ctx,
                    new EventFrames(),
                    id,
                    after,
                    () -> reads.reader().getFromLedger(id, caller).map(entry -> remainingFrames(entry, after)));
        }
    }

    /** Of a pruned activation only the terminal state is left. */
    private static void sendRemaining(RoutingContext ctx, LedgerEntry entry, long after) {
        if (after > 0 && after >= entry.sequence()) {
            endReconnects(ctx);
        } else if (beginEvents(ctx)) {
            ctx.end(remainingFrames(entry, after));
        }
    }

    private static Buffer remainingFrames(LedgerEntry entry, long after) {
        var frames = new EventFrames();
        return after >= entry.sequence()
                ? frames.endFrame()
                : frames.state(entry.sequence(), entry.record()).appendBuffer(frames.endFrame());
    }

    /** 204 stops an EventSource from reconnecting. */
    private static void endReconnects(RoutingContext ctx) {
        ctx.response().setStatusCode(204).end();
    }

    void followLog(RoutingContext ctx, ActivationRecord record) {
        setHead(ctx.response(), "text/plain; charset=utf-8")
                .putHeader("X-Activation-Status", record.currentStatus().text());
        // Plain text cannot mark missing output: the response is aborted instead.
        stream(ctx, new LogText(), record.id(), 0, () -> Future.failedFuture("pruned"));
    }

    private void stream(
            RoutingContext ctx, EventStream.Format format, String id, long after, Supplier<Future<Buffer>> remainder) {
        // The client may have disconnected meanwhile; the end handler of a closed response is never called.
        if (!ctx.response().closed()) {
            new EventStream(ctx, format, limits, reads.openResponses(), remainder).start(reads.events(), id, after);
        }
    }

    /** Returns false for HEAD, whose response is complete now. */
    public static boolean beginEvents(RoutingContext ctx) {
        return begin(ctx, "text/event-stream; charset=utf-8");
    }

    /** As {@link #beginEvents}, of any type. */
    public static boolean begin(RoutingContext ctx, String type) {
        setHead(ctx.response(), type);
        if (ctx.request().method().equals(HttpMethod.HEAD)) {
            ctx.end();
            return false;
        }
        return true;
    }

    private static HttpServerResponse setHead(HttpServerResponse response, String type) {
        return response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Accel-Buffering", "no");
    }

    private static long lastEventId(RoutingContext ctx) {
        var text = ctx.request().getHeader("Last-Event-ID");
        if (text == null || text.isEmpty()) {
            return 0;
        }
        if (!SEQUENCE.matcher(text).matches()) {
            throw Problem.invalid("Last-Event-ID", "must be the id of an event of this stream")
                    .asException();
        }
        return Long.parseLong(text);
    }
}
