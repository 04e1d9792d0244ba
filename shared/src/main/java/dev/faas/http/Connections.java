package dev.faas.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tracks the connections of one listener on one event loop. Closes a connection above the limit at once, and one that does not
 * send a complete request head in time, even when it keeps sending single bytes: the idle timeout only detects silence. Neither
 * gets an answer, because there is no request. Only for its event loop.
 */
final class Connections {
    /** Long, because a slow client may still be reading an answer whose last byte has been written. */
    private static final int IDLE_TIMEOUTS_BETWEEN_REQUESTS = 10;

    private static final long CHECK_MS = 1_000;

    private static final class Tracked {
        private long waitingSince = System.nanoTime();
        private Duration limit;
        /** One at a time, but with HTTP/2. */
        private final List<HttpServerRequest> unanswered = new ArrayList<>(1);

        Tracked(Duration limit) {
            this.limit = limit;
        }

        void begin(HttpServerRequest request) {
            unanswered.removeIf(Tracked::isOver);
            unanswered.add(request);
        }

        @Nullable
        HttpServerRequest newest() {
            return unanswered.isEmpty() ? null : unanswered.getLast();
        }

        boolean isLate(long now, Duration between) {
            if (unanswered.removeIf(Tracked::isOver) && unanswered.isEmpty()) {
                waitingSince = now;
                limit = between;
            }
            return unanswered.isEmpty() && now - waitingSince > limit.toNanos();
        }

        private static boolean isOver(HttpServerRequest request) {
            return request.response().ended() || request.response().closed();
        }
    }

    private final IdentityHashMap<HttpConnection, Tracked> open = new IdentityHashMap<>();
    private final HttpConfig config;
    private final ConnectionLimit connectionLimit;
    private final RejectedConnections rejected;

    Connections(HttpConfig config, ConnectionLimit connectionLimit, RejectedConnections rejected) {
        this.config = config;
        this.connectionLimit = connectionLimit;
        this.rejected = rejected;
    }

    void start(Vertx vertx) {
        var pause = Math.clamp(config.requestTimeout().toMillis() / 4, 1, CHECK_MS);
        vertx.setPeriodic(pause, tick -> closeIdle());
    }

    /** For each new connection, before its first request. */
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
        connection.exceptionHandler(cause -> rejectBody(known.newest(), cause));
    }

    /** Remembers the current request of each connection. */
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
        // A copy, because closing a connection removes its entry.
        List.copyOf(open.entrySet()).stream()
                .filter(each -> each.getValue().isLate(now, between))
                .forEach(each -> rejected.late(each.getKey()));
    }

    /** Answers chunks that the decoder cannot read, before Vert.x closes the connection; the reader of the body only sees that it
     * ends.
     */
    private void rejectBody(@Nullable HttpServerRequest request, Throwable cause) {
        var isClosed = cause instanceof IOException || cause instanceof VertxException;
        if (!isClosed
                && request != null
                && request.version() != HttpVersion.HTTP_2
                && !request.response().headWritten()) {
            rejected.reject(request, 400);
        }
    }
}
