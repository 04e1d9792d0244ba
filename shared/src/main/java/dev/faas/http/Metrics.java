package dev.faas.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Holds the meters of one service, which Prometheus scrapes from its internal port. Thread-safe. */
public final class Metrics implements AutoCloseable {
    private static final Duration[] BUCKETS =
            List.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000, 60_000).stream()
                    .map(Duration::ofMillis)
                    .toArray(Duration[]::new);

    /** A client may invent other methods, which must not become values of a label. */
    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final RejectedConnections rejected;

    public Metrics(String service) {
        registry.config().commonTags("service", service);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
        rejected = new RejectedConnections(registry);
        Gauge.builder("faas.build.info", () -> 1)
                .description("Always 1; the label has the version")
                .tag("version", Version.current().version())
                .register(registry);
    }

    /** Bounds of histograms of short durations; a copy for each. */
    public static Duration[] buckets() {
        return BUCKETS.clone();
    }

    /** For further meters of the service. */
    public MeterRegistry registry() {
        return registry;
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    RejectedConnections rejected() {
        return rejected;
    }

    /**
     * Counts the request by the template of its route, which contains no ids. Hostile requests get hundreds of
     * combinations with methods and statuses, so the histogram has only the kind of request.
     */
    void timeRequest(RoutingContext ctx, Exchange exchange) {
        ctx.addEndHandler(ended -> {
            long nanos = System.nanoTime() - exchange.startNanos();
            var route = template(ctx.currentRoute());
            var method = ctx.request().method();
            Timer.builder("http.server.requests")
                    .description("HTTP requests by route, method and status")
                    .tag("route", route)
                    .tag("method", METHODS.contains(method) ? method.name() : "OTHER")
                    .tag("status", Integer.toString(ctx.response().getStatusCode()))
                    .register(registry)
                    .record(nanos, TimeUnit.NANOSECONDS);
            Timer.builder("faas.request")
                    .description(
                            "HTTP requests by kind; a stream is an answer whose length is not known when it begins")
                    .serviceLevelObjectives(BUCKETS)
                    .tag("kind", kind(ctx, method, route))
                    .register(registry)
                    .record(nanos, TimeUnit.NANOSECONDS);
        });
    }

    private static String kind(RoutingContext ctx, HttpMethod method, String route) {
        if (ctx.response().isChunked()) {
            return "stream";
        }
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            return "read";
        }
        return route.endsWith("/activations") ? "submit" : "write";
    }

    /**
     * Shows the pool of connections to Postgres.
     *
     * @param open how many there are now
     * @param most how many there may be
     */
    public void watchConnections(Supplier<Number> open, int most) {
        connections("open", open);
        connections("most", () -> most);
    }

    private void connections(String state, Supplier<Number> count) {
        Gauge.builder("faas.pg.connections", count)
                .description("Connections to Postgres that are open, and most that may be")
                .tag("state", state)
                .register(registry);
    }

    /** @param code of a problem: the codes are literals of the program */
    void countRefused(String code) {
        Counter.builder("faas.refused")
                .description("Requests that were answered with a problem, by its code")
                .tag("code", code)
                .register(registry)
                .increment();
    }

    Handler<RoutingContext> scrape() {
        return ctx -> {
            var accept = ctx.request().getHeader(HttpHeaders.ACCEPT);
            var openMetrics = accept != null && accept.contains("application/openmetrics-text");
            var type = openMetrics
                    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                    : "text/plain; version=0.0.4; charset=utf-8";
            ctx.vertx()
                    .executeBlocking(() -> registry.scrape(type), false)
                    .onFailure(ctx::fail)
                    .onSuccess(page -> ctx.response()
                            .putHeader(HttpHeaders.CONTENT_TYPE, type)
                            .end(page));
        };
    }

    private static String template(@Nullable Route route) {
        if (route == null || route.getPath() == null) {
            return "none";
        }
        return route.isExactPath() ? route.getPath() : route.getPath() + "*";
    }
}
