package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvent;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationFeed;
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
 * One activation's events on their way to one client, as they happen, until its end. Written in the format of server-sent
 * events or as plain text. Lives on the event loop of its request.
 *
 * <pre>
 *   feed ──event──▶ format ──▶ response ──▶ client
 *     ▲                            │
 *     └── pause while its queue is full, resume when it has drained; cut off when nothing has left for too long
 * </pre>
 */
public final class EventStream implements ActivationFeed.Listener, OpenResponses.Open {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    /** What stands on the wire for what happens; null or empty: nothing. */
    interface Format {
        @Nullable
        Buffer event(ActivationEvent event);

        /** After the terminal state. */
        Buffer end();

        /** Says nothing, and keeps the connection from being taken for dead. */
        Buffer heartbeat();
    }

    /**
     * @param heartbeat so often at least something is written
     * @param stall a client that takes nothing for so long is cut off
     */
    public record Limits(Duration heartbeat, Duration stall) {}

    private final RoutingContext ctx;
    private final HttpServerResponse response;
    private final Context context;
    private final Format format;
    private final Limits limits;
    private final OpenResponses open;
    private final Supplier<Future<Buffer>> rest;
    private @Nullable ActivationFeed feed;
    private long heartbeat;
    private long stallWatch;
    private boolean told;
    private boolean ended;
    private int unsent;
    private long progressAt;

    /** @param rest all that is left of an activation that is pruned meanwhile; fails where that cannot be told */
    EventStream(RoutingContext ctx, Format format, Limits limits, OpenResponses open, Supplier<Future<Buffer>> rest) {
        this.ctx = ctx;
        this.response = ctx.response();
        this.context = ctx.vertx().getOrCreateContext();
        this.format = format;
        this.limits = limits;
        this.open = open;
        this.rest = rest;
    }

    /** The response's headers are set, and not sent. */
    void start(ActivationEvents events, String id, long after) {
        var told = new ActivationFeed(events, id, after, task -> context.runOnContext(now -> task.run()), this);
        feed = told;
        open.add(this, context);
        heartbeat = ctx.vertx().setPeriodic(limits.heartbeat().toMillis(), tick -> beat());
        stallWatch = ctx.vertx().setPeriodic(Math.max(1, limits.stall().toMillis() / 4), tick -> cutOffIfStuck());
        ctx.addEndHandler(over -> close());
        response.drainHandler(drained -> told.resume());
        response.writeHead();
        told.start();
    }

    @Override
    public void onEvent(ActivationEvent event) {
        var frame = format.event(event);
        if (frame != null && frame.length() > 0) {
            told = true;
            write(frame);
        }
    }

    @Override
    public void onEnd() {
        endWith(format.end());
    }

    /** Pruned since it was looked up. Who has been told something comes back to be told the end out of the ledger. */
    @Override
    public void onNotFound() {
        if (told) {
            breakOff();
        } else {
            rest.get().onFailure(unknown -> breakOff()).onSuccess(this::endWith);
        }
    }

    private void endWith(Buffer last) {
        ended = true;
        if (last.length() > 0) {
            write(last);
        }
        ctx.end();
    }

    /** The client comes back when it likes, perhaps to a gateway that reaches the bus. */
    @Override
    public void onFailure(Throwable cause) {
        LOG.warn("an event stream breaks off: {}", cause.getMessage());
        breakOff();
    }

    @Override
    public void check() {
        if (feed != null) {
            feed.check();
        }
    }

    @Override
    public void stop() {
        breakOff();
    }

    private void write(Buffer bytes) {
        if (response.closed()) {
            return;
        }
        if (unsent++ == 0) {
            progressAt = System.nanoTime();
        }
        response.write(bytes).onComplete(left -> {
            unsent--;
            progressAt = System.nanoTime();
        });
        if (response.writeQueueFull() && feed != null) {
            feed.pause();
        }
    }

    private void beat() {
        if (!ended && unsent == 0) {
            write(format.heartbeat());
        }
        check();
    }

    private void cutOffIfStuck() {
        if (unsent > 0 && System.nanoTime() - progressAt > limits.stall().toNanos()) {
            LOG.info("a reader that takes nothing is cut off");
            breakOff();
        }
    }

    /** Without an end in the protocol: the client sees that it did not get all. */
    private void breakOff() {
        close();
        ctx.request().connection().close();
    }

    private void close() {
        ctx.vertx().cancelTimer(heartbeat);
        ctx.vertx().cancelTimer(stallWatch);
        open.remove(this);
        if (feed != null) {
            feed.close();
        }
    }
}
