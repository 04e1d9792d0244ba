package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationFeed;
import dev.faas.http.HttpService;
import dev.faas.http.token.Access;
import dev.faas.http.token.Authenticated;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams one activation's events to one client until the activation ends, as server-sent events or as plain text. Runs on the
 * event loop of its request.
 *
 * <pre>
 *   feed ──event──▶ format ──▶ response ──▶ client
 *     ▲                            │
 *     └── pause while its write queue is full, resume when it has drained; abort when nothing is written for too long
 * </pre>
 */
public final class EventStream implements ActivationFeed.Listener, OpenResponses.OpenResponse {
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

    /**
     * @param heartbeat longest time without a write
     * @param stall longest time that a client may read nothing
     */
    public record Limits(Duration heartbeat, Duration stall) {}

    private final RoutingContext ctx;
    private final HttpServerResponse response;
    private final Context context;
    private final Format format;
    private final Limits limits;
    private final OpenResponses openResponses;
    private final Access access;
    private final Supplier<Future<Buffer>> remainder;
    private @Nullable ActivationFeed feed;
    private long heartbeatTimer;
    private long stallTimer;
    private boolean hasSent;
    private boolean ended;
    private int pendingWrites;
    private long progressAt;

    /** @param remainder supplies the last frames if the activation is pruned meanwhile; fails if the ledger cannot supply them */
    EventStream(
            RoutingContext ctx,
            Format format,
            Limits limits,
            OpenResponses openResponses,
            Supplier<Future<Buffer>> remainder) {
        this.ctx = ctx;
        this.response = ctx.response();
        this.context = ctx.vertx().getOrCreateContext();
        this.format = format;
        this.limits = limits;
        this.openResponses = openResponses;
        this.access = Authenticated.access(ctx);
        this.remainder = remainder;
    }

    /** Requires a response whose headers are set and not sent. */
    void start(ActivationEvents events, String id, long after) {
        var started = new ActivationFeed(events, id, after, task -> context.runOnContext(now -> task.run()), this);
        feed = started;
        openResponses.add(this, context, access);
        heartbeatTimer = ctx.vertx().setPeriodic(limits.heartbeat().toMillis(), tick -> sendHeartbeat());
        stallTimer = ctx.vertx().setPeriodic(Math.max(1, limits.stall().toMillis() / 4), tick -> abortIfStalled());
        ctx.addEndHandler(over -> close());
        response.drainHandler(drained -> started.resume());
        response.writeHead();
        started.start();
    }

    @Override
    public void onEvent(ActivationEvent event) {
        var frame = format.encode(event);
        if (frame != null && frame.length() > 0) {
            hasSent = true;
            write(frame);
        }
    }

    @Override
    public void onEnd() {
        endWith(format.endFrame());
    }

    /** It was pruned after it was looked up. A client that has received events reconnects and gets the end from the ledger. */
    @Override
    public void onNotFound() {
        if (hasSent) {
            abort();
        } else {
            remainder.get().onFailure(unknown -> abort()).onSuccess(this::endWith);
        }
    }

    private void endWith(Buffer last) {
        ended = true;
        if (last.length() > 0) {
            write(last);
        }
        ctx.end();
    }

    /** The client can reconnect, perhaps to a gateway that reaches NATS. */
    @Override
    public void onFailure(Throwable cause) {
        LOG.warn("event stream aborted cause={}", cause.getMessage());
        abort();
    }

    @Override
    public void check() {
        if (feed != null) {
            feed.check();
        }
    }

    @Override
    public void stop() {
        abort();
    }

    private void write(Buffer bytes) {
        if (response.closed()) {
            return;
        }
        if (pendingWrites++ == 0) {
            progressAt = System.nanoTime();
        }
        response.write(bytes).onComplete(left -> {
            pendingWrites--;
            progressAt = System.nanoTime();
        });
        if (response.writeQueueFull() && feed != null) {
            feed.pause();
        }
    }

    private void sendHeartbeat() {
        if (!access.mayContinue().getAsBoolean()) {
            abort();
            return;
        }
        if (!ended && pendingWrites == 0) {
            write(format.heartbeatFrame());
        }
        check();
    }

    private void abortIfStalled() {
        if (pendingWrites > 0 && System.nanoTime() - progressAt > limits.stall().toNanos()) {
            LOG.info("slow reader disconnected limit={}", limits.stall());
            abort();
        }
    }

    private void abort() {
        close();
        HttpService.breakOff(ctx);
    }

    private void close() {
        ctx.vertx().cancelTimer(heartbeatTimer);
        ctx.vertx().cancelTimer(stallTimer);
        openResponses.remove(this);
        if (feed != null) {
            feed.close();
        }
    }
}
