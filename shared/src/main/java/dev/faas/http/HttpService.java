package dev.faas.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** The HTTP side of a service: servers, problems, request ids, limits, health, metrics. */
public final class HttpService {
    private HttpService() {}

    public static Future<HttpService> start(
            Vertx vertx, HttpConfig config, Health health, Metrics metrics, List<Listener> listeners) {
        return Pending.now();
    }

    /** The port that the listener of this name really has. */
    public int port(String listener) {
        return Pending.now();
    }

    public int internalPort() {
        return Pending.now();
    }

    /** Stops accepting, lets requests in flight end (bounded), closes. Readiness is down from the first moment. */
    public Future<Void> close() {
        return Pending.now();
    }

    /** The id of this request: taken over from its X-Request-Id where that is sane, else made. */
    public static String requestId(RoutingContext ctx) {
        return Pending.now();
    }
}
