package dev.faas.gateway.read;

import dev.faas.http.HttpService;
import dev.faas.http.token.Access;
import dev.faas.http.token.Authenticated;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a source reports to one client, until one of them ends. Runs on the event loop of its request.
 *
 * <pre>
 *   source ──▶ response ──▶ client
 *     ▲            │
 *     └── pause while its write queue is full, resume when it has drained; abort when nothing is written for too long
 * </pre>
 */
public final class LiveResponse implements OpenResponses.OpenResponse {
    private static final Logger LOG = LoggerFactory.getLogger(LiveResponse.class);

    /** Reports events as long as it is not paused. */
    public interface Source {
        void pause();

        void resume();

        /** Looks for events that it may have missed. */
        void check();

        void close();
    }

    /**
     * @param heartbeat longest time without a write
     * @param stall longest time that a client may read nothing
     */
    public record Limits(Duration heartbeat, Duration stall) {}

    private final RoutingContext ctx;
    private final HttpServerResponse response;
    private final Context context;
    private final Limits limits;
    private final OpenResponses openResponses;
    private final Supplier<Buffer> heartbeat;
    private final Source source;
    private final Access access;
    private long heartbeatTimer;
    private long stallTimer;
    private boolean ended;
    private int pendingWrites;
    private long progressAt;

    /** @param heartbeat keeps proxies from closing a quiet connection */
    public LiveResponse(
            RoutingContext ctx, Limits limits, OpenResponses openResponses, Supplier<Buffer> heartbeat, Source source) {
        this.ctx = ctx;
        this.response = ctx.response();
        this.context = ctx.vertx().getOrCreateContext();
        this.limits = limits;
        this.openResponses = openResponses;
        this.heartbeat = heartbeat;
        this.source = source;
        this.access = Authenticated.access(ctx);
    }

    /** Requires a response whose headers are set and not sent. The source starts after it. */
    public void start() {
        openResponses.add(this, context, access);
        heartbeatTimer = ctx.vertx().setPeriodic(limits.heartbeat().toMillis(), tick -> sendHeartbeat());
        stallTimer = ctx.vertx().setPeriodic(Math.max(1, limits.stall().toMillis() / 4), tick -> abortIfStalled());
        ctx.addEndHandler(over -> close());
        response.drainHandler(drained -> source.resume());
        response.writeHead();
    }

    public void write(Buffer bytes) {
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
        if (response.writeQueueFull()) {
            source.pause();
        }
    }

    void endWith(Buffer last) {
        ended = true;
        if (last.length() > 0) {
            write(last);
        }
        ctx.end();
    }

    @Override
    public void check() {
        source.check();
    }

    @Override
    public void stop() {
        abort();
    }

    private void sendHeartbeat() {
        if (!access.mayContinue().getAsBoolean()) {
            abort();
            return;
        }
        if (!ended && pendingWrites == 0) {
            write(heartbeat.get());
        }
        check();
    }

    private void abortIfStalled() {
        if (pendingWrites > 0 && System.nanoTime() - progressAt > limits.stall().toNanos()) {
            LOG.info("slow reader disconnected limit={}", limits.stall());
            abort();
        }
    }

    /** The client can reconnect, perhaps to a gateway that reaches NATS. */
    public void abort() {
        close();
        HttpService.breakOff(ctx);
    }

    private void close() {
        ctx.vertx().cancelTimer(heartbeatTimer);
        ctx.vertx().cancelTimer(stallTimer);
        openResponses.remove(this);
        source.close();
    }
}
