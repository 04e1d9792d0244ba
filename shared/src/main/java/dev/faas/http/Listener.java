package dev.faas.http;

import io.vertx.ext.web.Router;
import java.util.function.Consumer;

/**
 * A port and its routes.
 *
 * @param port 0 takes a free one; {@link HttpService#port} tells which
 * @param routes adds the routes to a fresh router; called once an instance, on its event loop. Each route has a path and
 *     its methods; what types it takes is for {@link Bodies} to say, not for {@code consumes()}
 */
public record Listener(String name, int port, Consumer<Router> routes) {
    static final String INTERNAL = "internal";

    boolean isInternal() {
        return name.equals(INTERNAL);
    }
}
