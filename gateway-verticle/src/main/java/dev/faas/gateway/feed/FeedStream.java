package dev.faas.gateway.feed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.gateway.read.EventFrames;
import dev.faas.gateway.read.LiveResponse;
import dev.faas.gateway.read.OpenResponses;
import dev.faas.nats.Nats;
import dev.faas.nats.StoredMessage;
import dev.faas.wire.Codec;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams a feed to one client, as server-sent events or as lines of JSON. Runs on the event loop of its request. */
final class FeedStream implements FeedReader.Listener, LiveResponse.Source {
    private static final Logger LOG = LoggerFactory.getLogger(FeedStream.class);

    private final FeedFilter filter;
    private final boolean asLines;
    private final Runnable whenClosed;
    private final LiveResponse response;
    private final Context context;
    private @Nullable FeedReader reader;
    private boolean closed;

    FeedStream(
            RoutingContext ctx,
            FeedFilter filter,
            boolean asLines,
            LiveResponse.Limits limits,
            OpenResponses openResponses,
            Runnable whenClosed) {
        this.filter = filter;
        this.asLines = asLines;
        this.whenClosed = whenClosed;
        var heartbeat = asLines ? "\n" : EventFrames.COMMENT;
        this.response = new LiveResponse(ctx, limits, openResponses, () -> Buffer.buffer(heartbeat), this);
        this.context = ctx.vertx().getOrCreateContext();
    }

    /** Requires a response whose headers are set and not sent. */
    void start(Nats nats, String owner, long after) {
        var started = new FeedReader(nats, owner, after, task -> context.runOnContext(now -> task.run()), this);
        reader = started;
        response.start();
        started.start();
    }

    /** A client that is cut off before the first event continues here: an EventSource notes the id of a frame without data. */
    @Override
    public void onStart(long sequence) {
        if (!asLines) {
            response.write(Buffer.buffer("id: " + sequence + "\n\n"));
        }
    }

    @Override
    public void onEvent(StoredMessage event) {
        var json = (ObjectNode) Codec.readTree(event.bytes());
        if (!filter.matches(json)) {
            return;
        }
        response.write(
                asLines
                        ? Buffer.buffer(Codec.write(json.put("id", Long.toString(event.sequence()))))
                                .appendString("\n")
                        : EventFrames.frame(event.sequence(), json.path("type").asText(), event.bytes()));
    }

    @Override
    public void onFailure(Throwable cause) {
        LOG.warn("feed aborted cause={}", cause.getMessage());
        response.abort();
    }

    @Override
    public void pause() {
        if (reader != null) {
            reader.pause();
        }
    }

    @Override
    public void resume() {
        if (reader != null) {
            reader.resume();
        }
    }

    @Override
    public void check() {
        if (reader != null) {
            reader.check();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            whenClosed.run();
            if (reader != null) {
                reader.close();
            }
        }
    }
}
