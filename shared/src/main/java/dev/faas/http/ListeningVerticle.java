package dev.faas.http;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One event loop with a server for each listener. */
final class ListeningVerticle extends VerticleBase {
    private final HttpConfig config;
    private final Routing routing;
    private final ConnectionLimit connectionLimit;
    private final List<Listener> listeners;
    private final List<HttpServer> servers = new ArrayList<>();
    private final Map<String, Integer> ports;

    /** @param ports takes the port that each listener has got, by its name; shared by the instances */
    ListeningVerticle(
            HttpConfig config,
            Routing routing,
            ConnectionLimit places,
            List<Listener> listeners,
            Map<String, Integer> ports) {
        this.ports = ports;
        this.config = config;
        this.routing = routing;
        this.connectionLimit = places;
        this.listeners = listeners;
    }

    @Override
    public Future<?> start() {
        Future<?> bound = Future.succeededFuture();
        for (var listener : listeners) {
            bound = bound.compose(before -> listen(listener));
        }
        // Vert.x does not call stop() after a failed start().
        return bound.recover(failure -> stop().transform(closed -> Future.failedFuture(failure)));
    }

    @Override
    public Future<?> stop() {
        var limit = HttpService.drainLimit().toMillis();
        return Future.join(servers.stream()
                .map(server -> server.shutdown(limit, TimeUnit.MILLISECONDS))
                .toList());
    }

    private Future<Void> listen(Listener listener) {
        // Who looks whether the service is well gets in when everybody else is kept out.
        var room = listener.isInternal() ? new ConnectionLimit(Integer.MAX_VALUE) : connectionLimit;
        var refusals = routing.metrics().rejected();
        var connections = new Connections(config, room, refusals);
        connections.start(vertx);
        var server = vertx.createHttpServer(options())
                .connectionHandler(connections::onOpen)
                .requestHandler(
                        connections.trackRequests(new Admission(refusals, routing.createRouter(vertx, listener))))
                .invalidRequestHandler(refusals.rejectUndecodable());
        servers.add(server);
        return server.listen(listener.port(), config.host())
                .onSuccess(open -> ports.put(listener.name(), open.actualPort()))
                .<Void>mapEmpty()
                .recover(failure -> Future.failedFuture(new IOException(
                        "cannot listen on %s:%d for %s: %s"
                                .formatted(config.host(), listener.port(), listener.name(), failure.getMessage()),
                        failure)));
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setMaxInitialLineLength(config.maxHeaderBytes())
                .setIdleTimeout(Math.toIntExact(config.idleTimeout().toMillis()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setHttp2ClearTextEnabled(false)
                .setTcpKeepAlive(true);
    }
}
