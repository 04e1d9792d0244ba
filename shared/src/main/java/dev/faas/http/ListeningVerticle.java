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
import org.jspecify.annotations.Nullable;

/** Runs a server for each listener on one event loop. */
final class ListeningVerticle extends VerticleBase {
    private final HttpConfig config;
    private final Routing routing;
    private final ConnectionLimit connectionLimit;
    private final List<Listener> listeners;
    private final List<HttpServer> servers = new ArrayList<>();
    private final Map<String, Integer> ports;
    private final @Nullable ServerCertificate certificate;

    /** @param certificate of the listeners that are not internal; null: they speak plain HTTP
     * @param ports receives the actual port of each listener by its name; shared by the instances */
    ListeningVerticle(
            HttpConfig config,
            Routing routing,
            ConnectionLimit connectionLimit,
            List<Listener> listeners,
            @Nullable ServerCertificate certificate,
            Map<String, Integer> ports) {
        this.ports = ports;
        this.certificate = certificate;
        this.config = config;
        this.routing = routing;
        this.connectionLimit = connectionLimit;
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
        // Health checks and metrics must work when the public listeners are at their limit.
        var limit = listener.isInternal() ? new ConnectionLimit(Integer.MAX_VALUE) : connectionLimit;
        var rejected = routing.metrics().rejected();
        var connections = new Connections(config, limit, rejected);
        connections.start(vertx);
        var server = vertx.createHttpServer(options(listener))
                .connectionHandler(connections::onOpen)
                .requestHandler(
                        connections.trackRequests(new Admission(rejected, routing.createRouter(vertx, listener))))
                .invalidRequestHandler(rejected.rejectUndecodable());
        servers.add(server);
        return server.listen(listener.port(), config.host())
                .onSuccess(open -> {
                    ports.put(listener.name(), open.actualPort());
                    if (certificate != null && !listener.isInternal()) {
                        certificate.onRenewal(server::updateSSLOptions);
                    }
                })
                .<Void>mapEmpty()
                .recover(failure -> Future.failedFuture(new IOException(
                        "cannot listen on %s:%d for %s: %s"
                                .formatted(config.host(), listener.port(), listener.name(), failure.getMessage()),
                        failure)));
    }

    private HttpServerOptions options(Listener listener) {
        var options = new HttpServerOptions()
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setMaxInitialLineLength(config.maxHeaderBytes())
                .setIdleTimeout(Math.toIntExact(config.idleTimeout().toMillis()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setHttp2ClearTextEnabled(false)
                .setTcpKeepAlive(true);
        options.getInitialSettings().setMaxHeaderListSize(config.maxHeaderBytes());
        return certificate == null || listener.isInternal() ? options : certificate.addTo(options);
    }
}
