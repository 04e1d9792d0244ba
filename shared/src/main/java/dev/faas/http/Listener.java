package dev.faas.http;

import io.vertx.ext.web.Router;
import java.util.function.Consumer;

/** Describes a port and its routes.
 *
 * @param port 0 means any free port; {@link HttpService#port} returns it
 * @param routes adds the routes to a new router; called once for each instance, on its event loop. Each route has a path and
 *     methods; {@link Bodies} declares its body types, not {@code consumes()}
 */
public record Listener(String name, int port, Consumer<Router> routes) {
    static final String INTERNAL = "internal";

    boolean isInternal() {
        return name.equals(INTERNAL);
    }
}
