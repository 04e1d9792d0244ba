package dev.faas.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one listener on one event loop. One beyond the limit is closed at once; one that does not come up with
 * a whole request head in time is closed too, however busily it sends a byte now and then: the idle time-out sees silence
 * only. Neither gets an answer, since there is no request to answer. Lives on its event loop.
 */
final class Connections {
    /** After an answer, which may still be on its way to a slow reader when its last byte has been written. */
    private static final int IDLE_TIMEOUTS_BETWEEN_REQUESTS = 10;

    private static final long SWEEP_MS = 1_000;

    private static final class Tracked {
        private long waitingSince = System.nanoTime();
        private Duration limit;
        private @Nullable HttpServerRequest current;

        Tracked(Duration limit) {
            this.limit = limit;
        }

        void begin(HttpServerRequest request) {
            current = request;
        }

        boolean isLate(long now, Duration between) {
            if (current != null && current.response().ended()) {
                current = null;
                waitingSince = now;
                limit = between;
            }
            return current == null && now - waitingSince > limit.toNanos();
        }
    }

    private final IdentityHashMap<HttpConnection, Tracked> open = new IdentityHashMap<>();
    private final HttpConfig config;
    private final ConnectionLimit connectionLimit;
    private final RejectedConnections rejected;

    Connections(HttpConfig config, ConnectionLimit places, RejectedConnections refusals) {
        this.config = config;
        this.connectionLimit = places;
        this.rejected = refusals;
    }

    void start(Vertx vertx) {
        var pause = Math.clamp(config.requestTimeout().toMillis() / 4, 1, SWEEP_MS);
        vertx.setPeriodic(pause, tick -> closeIdle());
    }

    /** Of each new connection, before its first request. */
    void onOpen(HttpConnection connection) {
        if (!connectionLimit.tryAcquire()) {
            rejected.tooMany(connection);
            return;
        }
        var known = new Tracked(config.requestTimeout());
        open.put(connection, known);
        connection.closeHandler(closed -> {
            open.remove(connection);
            connectionLimit.release();
        });
        connection.exceptionHandler(cause -> rejectBody(known.current, cause));
    }

    /** Tells which request a connection is at. */
    Handler<HttpServerRequest> trackRequests(Handler<HttpServerRequest> next) {
        return request -> {
            var known = open.get(request.connection());
            if (known != null) {
                known.begin(request);
            }
            next.handle(request);
        };
    }

    private void closeIdle() {
        var now = System.nanoTime();
        var between = config.idleTimeout().multipliedBy(IDLE_TIMEOUTS_BETWEEN_REQUESTS);
        // Closing one takes it out.
        List.copyOf(open.entrySet()).stream()
                .filter(each -> each.getValue().isLate(now, between))
                .forEach(each -> rejected.late(each.getKey()));
    }

    /**
     * Chunks that the decoder cannot read: said before the connection is closed, which Vert.x does next. Whoever reads the
     * body only sees it break off.
     */
    private void rejectBody(@Nullable HttpServerRequest request, Throwable cause) {
        var gone = cause instanceof IOException || cause instanceof VertxException;
        if (!gone && request != null && !request.response().headWritten()) {
            rejected.reject(request, 400);
        }
    }
}
