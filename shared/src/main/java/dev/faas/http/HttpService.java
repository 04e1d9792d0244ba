package dev.faas.http;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The HTTP side of a service: its listeners, each on {@code instances} event loops, with problems, request ids, limits,
 * health and metrics, and an internal port for {@code /metrics} and detailed health. Thread-safe.
 *
 * <pre>
 *   request ─▶ request id, timer ─▶ /healthz /readyz /version ─▶ routes of the listener ─▶ OPTIONS, 405, 404
 *                                                                  └─ any failure ─▶ Problems
 * </pre>
 */
public final class HttpService {
    private static final String INTERNAL = "internal";

    /** How long requests in flight may take to end once the service closes. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(8);

    private final Vertx vertx;
    private final Health health;
    private final Map<String, Integer> ports;
    private final List<String> deployments;

    private HttpService(Vertx vertx, Health health, Map<String, Integer> ports, List<String> deployments) {
        this.vertx = vertx;
        this.health = health;
        this.ports = Map.copyOf(ports);
        this.deployments = List.copyOf(deployments);
    }

    /** Fails, with everything closed again, when a port cannot be had. */
    public static Future<HttpService> start(
            Vertx vertx, HttpConfig config, Health health, Metrics metrics, List<Listener> listeners) {
        var internal = new Listener(
                INTERNAL,
                config.internalPort(),
                router -> router.get("/metrics").handler(metrics.scrape()));
        var all = new ArrayList<>(listeners);
        all.add(internal);
        refuseSharedPorts(all);
        var routing = new Routing(config, health, metrics);
        var first = new ListeningVerticle(config, routing, all);
        return vertx.deployVerticle(first).compose(deployment -> {
            // The others share the ports that the first one got, which matters where a free one was asked for.
            var ports = first.ports();
            var shared = listeners.stream()
                    .map(listener -> new Listener(listener.name(), ports.get(listener.name()), listener.routes()))
                    .toList();
            return config.instances() == 1
                    ? Future.succeededFuture(new HttpService(vertx, health, ports, List.of(deployment)))
                    : vertx.deployVerticle(
                                    () -> new ListeningVerticle(config, routing, shared),
                                    new DeploymentOptions().setInstances(config.instances() - 1))
                            .map(more -> new HttpService(vertx, health, ports, List.of(deployment, more)))
                            .recover(failure ->
                                    vertx.undeploy(deployment).transform(closed -> Future.failedFuture(failure)));
        });
    }

    /** The port that the listener of this name really has. */
    public int port(String listener) {
        var port = ports.get(listener);
        if (port == null) {
            throw new IllegalArgumentException("no listener is called " + listener);
        }
        return port;
    }

    public int internalPort() {
        return port(INTERNAL);
    }

    /** Readiness goes down, then no more connections, requests in flight get 8 s to end, then all is closed. */
    public Future<Void> close() {
        health.stopping();
        return Future.join(deployments.stream().map(vertx::undeploy).toList()).mapEmpty();
    }

    static Duration drainLimit() {
        return DRAIN_LIMIT;
    }

    /** The id of this request: taken over from its X-Request-Id where that is sane, else made. */
    public static String requestId(RoutingContext ctx) {
        return Exchange.of(ctx).requestId();
    }

    /** Vert.x would let two listeners of one process share a port in turns, without a word. */
    private static void refuseSharedPorts(List<Listener> listeners) {
        listeners.stream()
                .filter(listener -> listener.port() != 0)
                .collect(Collectors.groupingBy(Listener::port))
                .forEach((port, several) -> {
                    if (several.size() > 1) {
                        throw new IllegalArgumentException("port " + port + " is asked for by "
                                + several.stream().map(Listener::name).collect(Collectors.joining(" and ")));
                    }
                });
    }
}
