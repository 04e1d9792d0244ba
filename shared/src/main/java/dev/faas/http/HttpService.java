package dev.faas.http;

import dev.faas.http.content.HeldBodies;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs the HTTP listeners of a service, each on {@code instances} event loops, with problems, request ids, limits, health and
 * metrics; and an internal listener for {@code /metrics} and detailed health. Thread-safe.
 *
 * <pre>
 *   request ─▶ request id, timer ─▶ /healthz /readyz /version ─▶ routes of the listener ─▶ OPTIONS, 405, 404
 *                                                                  └─ any failure ─▶ Problems
 * </pre>
 */
public final class HttpService {
    /** How long current requests may take when the service closes. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(8);

    private static final long HTTP2_INTERNAL_ERROR = 2;

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

    /** Fails when a port is not available; then everything is closed again. */
    public static Future<HttpService> start(
            Vertx vertx, HttpConfig config, Health health, Metrics metrics, List<Listener> listeners) {
        return start(vertx, config, health, metrics, listeners, null);
    }

    /** @param certificate for TLS on all listeners but the internal one; null: none */
    public static Future<HttpService> start(
            Vertx vertx,
            HttpConfig config,
            Health health,
            Metrics metrics,
            List<Listener> listeners,
            @Nullable ServerCertificate certificate) {
        disableWebSockets();
        var all = new ArrayList<>(listeners);
        all.add(new Listener(
                Listener.INTERNAL,
                config.internalPort(),
                router -> router.get("/metrics").handler(metrics.scrape())));
        rejectSharedPorts(all);
        var routing = new Routing(config, health, metrics, HeldBodies.inThisHeap());
        var places = new ConnectionLimit(config.maxConnections());
        var sharing = all.stream().map(HttpService::withShareablePort).toList();
        var ports = new ConcurrentHashMap<String, Integer>();
        return vertx.deployVerticle(
                        () -> new ListeningVerticle(config, routing, places, sharing, certificate, ports),
                        new DeploymentOptions().setInstances(config.instances()))
                .map(deployment -> new HttpService(vertx, health, ports, deployment));
    }

    /** With WebSockets enabled, Vert.x answers requests of other protocols itself, with an empty 501. Without them, {@link Admission}
     * gets these requests. Vert.x has only this setting for the whole JVM, and reads it when it creates the first server.
     */
    private static void disableWebSockets() {
        System.setProperty("vertx.disableWebsockets", "true");
    }

    /** For Vert.x a negative port is a free port, shared by all instances that ask for the same number. */
    private static Listener withShareablePort(Listener listener) {
        return listener.port() != 0
                ? listener
                : new Listener(
                        listener.name(), -ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE), listener.routes());
    }

    /** The actual port of a listener. */
    public int port(String listener) {
        var port = ports.get(listener);
        if (port == null) {
            throw new IllegalArgumentException("there is no listener named " + listener);
        }
        return port;
    }

    public int internalPort() {
        return port(Listener.INTERNAL);
    }

    /** Reports not ready, accepts no more connections, waits up to 8 s for current requests, then closes. Idempotent. */
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

    /** The valid X-Request-Id of the request, or a new id. */
    public static String requestId(RoutingContext ctx) {
        return Exchange.of(ctx).requestId();
    }

    /** Ends a response without the protocol's end, so that the client sees that it is incomplete. */
    public static void breakOff(RoutingContext ctx) {
        if (ctx.request().version() == HttpVersion.HTTP_2) {
            // Other responses use the connection.
            ctx.response().reset(HTTP2_INTERNAL_ERROR);
        } else {
            ctx.request().connection().close();
        }
    }

    /** Vert.x would silently let two listeners of one process take turns on one port. */
    private static void rejectSharedPorts(List<Listener> listeners) {
        listeners.stream()
                .filter(listener -> listener.port() != 0)
                .collect(Collectors.groupingBy(Listener::port))
                .forEach((port, several) -> {
                    if (several.size() > 1) {
                        throw new IllegalArgumentException("port " + port + " is configured for both "
                                + several.stream().map(Listener::name).collect(Collectors.joining(" and ")));
                    }
                });
    }
}
