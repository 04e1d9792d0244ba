package dev.faas.http;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    /** How long requests in flight may take to end once the service closes. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(8);

    private final Vertx vertx;
    private final Health health;
    private final Map<String, Integer> ports;
    private final String deployment;
    private @Nullable Future<Void> closed;

    private HttpService(Vertx vertx, Health health, Map<String, Integer> ports, String deployment) {
        this.vertx = vertx;
        this.health = health;
        this.ports = Map.copyOf(ports);
        this.deployment = deployment;
    }

    /** Fails, with everything closed again, when a port cannot be had. */
    public static Future<HttpService> start(
            Vertx vertx, HttpConfig config, Health health, Metrics metrics, List<Listener> listeners) {
        disableWebSockets();
        var all = new ArrayList<>(listeners);
        all.add(new Listener(
                Listener.INTERNAL,
                config.internalPort(),
                router -> router.get("/metrics").handler(metrics.scrape())));
        rejectSharedPorts(all);
        var routing = new Routing(config, health, metrics);
        var places = new ConnectionLimit(config.maxConnections());
        var sharing = all.stream().map(HttpService::withShareablePort).toList();
        var ports = new ConcurrentHashMap<String, Integer>();
        return vertx.deployVerticle(
                        () -> new ListeningVerticle(config, routing, places, sharing, ports),
                        new DeploymentOptions().setInstances(config.instances()))
                .map(deployment -> new HttpService(vertx, health, ports, deployment));
    }

    /**
     * With WebSockets Vert.x keeps what is no HTTP/1 to itself, and answers a bare 501; without, which it offers for a whole
     * JVM only, {@link Admission} sees it. Read when Vert.x makes its first server.
     */
    private static void disableWebSockets() {
        System.setProperty("vertx.disableWebsockets", "true");
    }

    /** To Vert.x a negative port is a free one that all instances asking for the same number share. */
    private static Listener withShareablePort(Listener listener) {
        return listener.port() != 0
                ? listener
                : new Listener(
                        listener.name(), -ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE), listener.routes());
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
        return port(Listener.INTERNAL);
    }

    /** Readiness goes down, then no more connections, requests in flight get 8 s to end, then all is closed. Idempotent. */
    public synchronized Future<Void> close() {
        if (closed == null) {
            health.markStopping();
            closed = vertx.undeploy(deployment);
        }
        return closed;
    }

    static Duration drainLimit() {
        return DRAIN_LIMIT;
    }

    /** The id of this request: taken over from its X-Request-Id where that is sane, else made. */
    public static String requestId(RoutingContext ctx) {
        return Exchange.of(ctx).requestId();
    }

    /** Vert.x would let two listeners of one process share a port in turns, without a word. */
    private static void rejectSharedPorts(List<Listener> listeners) {
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
