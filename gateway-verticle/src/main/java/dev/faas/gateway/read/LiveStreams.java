package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvents;
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

/** Opens the answers that go on: server-sent events, and logs that are followed. */
public final class LiveStreams {
    private static final Pattern SEQUENCE = Pattern.compile("[0-9]{1,18}");

    private final ActivationReader reader;
    private final ActivationEvents events;
    private final OpenResponses open;
    private final EventStream.Limits limits;

    public LiveStreams(
            ActivationReader reader, ActivationEvents events, OpenResponses open, EventStream.Limits limits) {
        this.reader = reader;
        this.events = events;
        this.open = open;
        this.limits = limits;
    }

    /** Server-sent events, from the beginning or after {@code Last-Event-ID}. */
    public void events(RoutingContext ctx) {
        var after = lastEventId(ctx);
        var id = ctx.pathParam("id");
        var caller = Caller.of(ctx);
        reader.alive(id, caller)
                .onFailure(ctx::fail)
                .onSuccess(found -> found.ifPresentOrElse(
                        snapshot -> alive(ctx, snapshot, after),
                        () -> reader.past(id, caller)
                                .onFailure(ctx::fail)
                                .onSuccess(entry -> past(ctx, entry, after))));
    }

    private void alive(RoutingContext ctx, Snapshot newest, long after) {
        if (newest.record() instanceof ActivationRecord.Ended && after >= newest.sequence()) {
            nothingMore(ctx);
        } else if (eventsHead(ctx)) {
            var id = newest.record().id();
            var caller = Caller.of(ctx);
            stream(
                    ctx,
                    new EventFrames(),
                    id,
                    after,
                    () -> reader.past(id, caller).map(entry -> left(entry, after)));
        }
    }

    /** All that is left of one that was pruned: how it ended. */
    private static void past(RoutingContext ctx, LedgerEntry entry, long after) {
        if (after > 0 && after >= entry.sequence()) {
            nothingMore(ctx);
        } else if (eventsHead(ctx)) {
            ctx.end(left(entry, after));
        }
    }

    private static Buffer left(LedgerEntry entry, long after) {
        var frames = new EventFrames();
        return after >= entry.sequence()
                ? frames.end()
                : frames.state(entry.sequence(), entry.record()).appendBuffer(frames.end());
    }

    /** 204 keeps an EventSource from coming back. */
    private static void nothingMore(RoutingContext ctx) {
        ctx.response().setStatusCode(204).end();
    }

    /** stderr so far, then as it comes. */
    void log(RoutingContext ctx, ActivationRecord record) {
        streamHead(ctx.response(), "text/plain; charset=utf-8")
                .putHeader("X-Activation-Status", record.currentStatus().text());
        // What a log lacks cannot be told in the middle of it.
        stream(ctx, new LogText(), record.id(), 0, () -> Future.failedFuture("pruned"));
    }

    private void stream(
            RoutingContext ctx, EventStream.Format format, String id, long after, Supplier<Future<Buffer>> rest) {
        // Nobody would hear of the end of one whose client has left while it was looked up.
        if (!ctx.response().closed()) {
            new EventStream(ctx, format, limits, open, rest).start(events, id, after);
        }
    }

    /** False when the head was all that was asked for. */
    private static boolean eventsHead(RoutingContext ctx) {
        streamHead(ctx.response(), "text/event-stream; charset=utf-8");
        if (ctx.request().method().equals(HttpMethod.HEAD)) {
            ctx.end();
            return false;
        }
        return true;
    }

    private static HttpServerResponse streamHead(HttpServerResponse response, String type) {
        return response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Accel-Buffering", "no")
                .putHeader("X-Content-Type-Options", "nosniff");
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
