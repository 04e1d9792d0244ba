package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationFeed;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams one activation's events to one client until the activation ends, as server-sent events or as plain text. Runs on the
 * event loop of its request.
 */
final class EventStream implements ActivationFeed.Listener, LiveResponse.Source {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    /** Encodes events for the client; null or an empty buffer sends nothing. */
    interface Format {
        @Nullable
        Buffer encode(ActivationEvent event);

        /** Follows the terminal state. */
        Buffer endFrame();

        /** Keeps proxies from closing a quiet connection. */
        Buffer heartbeatFrame();
    }

    private final Format format;
    private final Supplier<Future<Buffer>> remainder;
    private final LiveResponse response;
    private final Context context;
    private @Nullable ActivationFeed feed;
    private boolean hasSent;

    /** @param remainder supplies the last frames if the activation is pruned meanwhile; fails if the ledger cannot supply them */
    EventStream(
            RoutingContext ctx,
            Format format,
            LiveResponse.Limits limits,
            OpenResponses openResponses,
            Supplier<Future<Buffer>> remainder) {
        this.format = format;
        this.remainder = remainder;
        this.response = new LiveResponse(ctx, limits, openResponses, format::heartbeatFrame, this);
        this.context = ctx.vertx().getOrCreateContext();
    }

    /** Requires a response whose headers are set and not sent. */
    void start(ActivationEvents events, String id, long after) {
        var started = new ActivationFeed(events, id, after, task -> context.runOnContext(now -> task.run()), this);
        feed = started;
        response.start();
        started.start();
    }

    @Override
    public void onEvent(ActivationEvent event) {
        var frame = format.encode(event);
        if (frame != null && frame.length() > 0) {
            hasSent = true;
            response.write(frame);
        }
    }

    @Override
    public void onEnd() {
        response.endWith(format.endFrame());
    }

    /** It was pruned after it was looked up. A client that has received events reconnects and gets the end from the ledger. */
    @Override
    public void onNotFound() {
        if (hasSent) {
            response.abort();
        } else {
            remainder.get().onFailure(unknown -> response.abort()).onSuccess(response::endWith);
        }
    }

    @Override
    public void onFailure(Throwable cause) {
        LOG.warn("event stream aborted cause={}", cause.getMessage());
        response.abort();
    }

    @Override
    public void pause() {
        if (feed != null) {
            feed.pause();
        }
    }

    @Override
    public void resume() {
        if (feed != null) {
            feed.resume();
        }
    }

    @Override
    public void check() {
        if (feed != null) {
            feed.check();
        }
    }

    @Override
    public void close() {
        if (feed != null) {
            feed.close();
        }
    }
}
