package dev.faas.http;

import dev.faas.http.content.HeldBodies;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Creates the router of a listener: its own routes, and what all listeners have in common. */
record Routing(HttpConfig config, Health health, Metrics metrics, HeldBodies bodies) {
    /** Statuses that the router answers itself, without a failure handler. */
    private static final List<Integer> ROUTER_REFUSALS = List.of(400, 404, 405, 406, 415, 500);

    Router createRouter(Vertx vertx, Listener listener) {
        var router = Router.router(vertx);
        var problems = new Problems(metrics);
        var head = new ResponseHeaders();
        var log = new AccessLog(health.service());
        router.route().order(-1).handler(ctx -> begin(ctx, head, log));
        new HealthRoutes(health, listener.isInternal()).addTo(router);
        listener.routes().accept(router);
        answerHeadLikeGet(router.getRoutes());
        rejectOtherMethods(router);
        // A failed request searches for a failure handler from the first route on. A handler on its own path keeps the
        // route, which the timer reads; otherwise the last route handles it.
        router.getRoutes().stream()
                .filter(route -> route.getPath() != null)
                .forEach(route -> route.failureHandler(problems::renderFailure));
        router.route().last().failureHandler(problems::renderFailure);
        ROUTER_REFUSALS.forEach(status -> router.errorHandler(status, ctx -> problems.renderStatus(ctx, status)));
        return router;
    }

    private void begin(RoutingContext ctx, ResponseHeaders head, AccessLog log) {
        var exchange = Exchange.begin(ctx, config.requestTimeout(), bodies);
        metrics.timeRequest(ctx, exchange);
        log.logAtEnd(ctx, exchange);
        ctx.addHeadersEndHandler(ending -> head.finish(ctx));
        ctx.next();
    }

    /** RFC 9110, 9.3.2. Vert.x omits the body itself. */
    private static void answerHeadLikeGet(List<Route> routes) {
        routes.stream()
                .filter(route -> methods(route).contains(HttpMethod.GET))
                .forEach(route -> route.method(HttpMethod.HEAD));
    }

    /** Adds a last route for each path: 204 for OPTIONS, else 405, both with Allow. */
    private static void rejectOtherMethods(Router router) {
        var byPath = new LinkedHashMap<String, List<Route>>();
        for (var route : router.getRoutes()) {
            if (route.getPath() != null && !methods(route).isEmpty()) {
                byPath.computeIfAbsent(path(route), path -> new ArrayList<>()).add(route);
            }
        }
        byPath.forEach((path, routes) -> router.route(path).last().handler(optionsOr405(routes)));
    }

    private static Handler<RoutingContext> optionsOr405(List<Route> routes) {
        var methods = new TreeSet<>(Set.of("OPTIONS"));
        routes.forEach(route -> methods(route).forEach(method -> methods.add(method.name())));
        var allow = String.join(", ", methods);
        var bodies = bodies(routes);
        return ctx -> {
            var method = ctx.request().method();
            if (method.equals(HttpMethod.OPTIONS)) {
                bodies.forEach(ctx.response()::putHeader);
                ctx.response()
                        .setStatusCode(204)
                        .putHeader(HttpHeaders.ALLOW, allow)
                        .end();
            } else if (methods.contains(method.name())) {
                // The route of this method has passed the request on, which leads to a 404.
                ctx.next();
            } else {
                ctx.response().putHeader(HttpHeaders.ALLOW, allow);
                throw Problems.standard(405).asException();
            }
        };
    }

    /** Accept-Patch (RFC 5789, 3.1) and Accept-Post; PUT has no such header. */
    private static Map<String, String> bodies(List<Route> routes) {
        var bodies = new TreeMap<String, String>();
        for (var route : routes) {
            for (var method : List.of(HttpMethod.PATCH, HttpMethod.POST)) {
                var types = Bodies.declaredTypes(route, method);
                if (methods(route).contains(method) && !types.isEmpty()) {
                    bodies.put(Bodies.acceptHeader(method), String.join(", ", types));
                }
            }
        }
        return bodies;
    }

    private static String path(Route route) {
        return route.isExactPath() ? route.getPath() : route.getPath() + "*";
    }

    private static Set<HttpMethod> methods(Route route) {
        return route.methods() == null ? Set.of() : route.methods();
    }
}
