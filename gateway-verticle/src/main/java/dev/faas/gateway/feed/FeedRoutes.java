package dev.faas.gateway.feed;

import dev.faas.gateway.read.LiveResponse;
import dev.faas.gateway.read.LiveStreams;
import dev.faas.gateway.read.OpenResponses;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.token.Authenticated;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.nats.retry.BusAnswer;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/** Streams what happens to an owner's activations, and other events of the owner, for as long as the client reads. */
public final class FeedRoutes {
    private static final String LINES = "application/x-ndjson";
    private static final String FRAMES = "text/event-stream";
    private static final String CHARSET = "; charset=utf-8";
    private static final Pattern SEQUENCE = Pattern.compile("[0-9]{1,18}");

    private final Nats nats;
    private final FeedListeners listeners;
    private final OpenResponses openResponses;
    private final LiveResponse.Limits limits;

    public FeedRoutes(Nats nats, FeedListeners listeners, OpenResponses openResponses, LiveResponse.Limits limits) {
        this.nats = nats;
        this.listeners = listeners;
        this.openResponses = openResponses;
        this.limits = limits;
    }

    public void events(RoutingContext ctx) {
        var filter = FeedFilter.of(ctx.queryParams());
        long after = after(ctx);
        var owner = Authenticated.userId(ctx);
        var context = ctx.vertx().getOrCreateContext();
        boolean asLines = AcceptFilter.prefers(ctx, LINES, FRAMES);
        Future.fromCompletionStage(FeedReader.isKept(nats, owner, Math.max(0, after)), context)
                .compose(kept -> kept
                        ? Future.fromCompletionStage(listeners.add(owner), context)
                        : Future.failedFuture(expired().asException()))
                .recover(failure -> Future.failedFuture(unavailable(failure)))
                .onFailure(ctx::fail)
                .onSuccess(added -> {
                    if (ctx.response().closed() || !LiveStreams.begin(ctx, (asLines ? LINES : FRAMES) + CHARSET)) {
                        listeners.remove(owner);
                    } else {
                        new FeedStream(ctx, filter, asLines, limits, openResponses, () -> listeners.remove(owner))
                                .start(nats, owner, after);
                    }
                });
    }

    private static Throwable unavailable(Throwable failure) {
        return BusException.unwrap(failure) instanceof BusException
                ? BusAnswer.unavailable().asException()
                : failure;
    }

    private static Problem expired() {
        return Problem.of(
                410,
                "events_expired",
                "Events expired",
                "Events after this one may have been removed: they are kept for 24 hours, and at most 100,000. Begin again"
                        + " without Last-Event-ID and 'after', and list your activations for what you have missed.");
    }

    /** Of a client that reconnects, else of the query. */
    private static long after(RoutingContext ctx) {
        var header = ctx.request().getHeader("Last-Event-ID");
        boolean isHeader = header != null && !header.isEmpty();
        var text = isHeader ? header : ctx.queryParams().get("after");
        if (text == null) {
            return FeedReader.NOW;
        }
        if (!SEQUENCE.matcher(text).matches()) {
            throw Problem.invalid(isHeader ? "Last-Event-ID" : "after", "must be the id of an event of this feed")
                    .asException();
        }
        return Long.parseLong(text);
    }
}
