package dev.faas.auth.admin;

import io.vertx.core.Handler;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Puts the checks of an admin before the handlers of a route. */
final class AdminRoute {
    private AdminRoute() {}

    static Route of(Route route, List<Handler<RoutingContext>> admins) {
        admins.forEach(route::handler);
        return route;
    }
}
