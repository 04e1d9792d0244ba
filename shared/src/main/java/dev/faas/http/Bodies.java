package dev.faas.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * Body handlers for the routes that want one (none is installed globally, since a proxied body must not pass one), and
 * strict readers of what they read.
 */
public final class Bodies {
    private Bodies() {}

    /** Reads {@code application/json}; 415 for another type, 413 above the limit, 408 when it takes too long. */
    public static Handler<RoutingContext> json(int maxBytes) {
        return accepting(maxBytes, "application/json");
    }

    /** Reads {@code text/plain} in UTF-8. */
    public static Handler<RoutingContext> text(int maxBytes) {
        return accepting(maxBytes, "text/plain");
    }

    /** Reads {@code application/merge-patch+json} or {@code application/json} (RFC 7396). */
    public static Handler<RoutingContext> mergePatch(int maxBytes) {
        return accepting(maxBytes, "application/merge-patch+json", "application/json");
    }

    /** Reads a body of one of these types. An empty body needs no type. */
    public static Handler<RoutingContext> accepting(int maxBytes, String... types) {
        return Pending.now();
    }

    /** Is the body said to be JSON (as opposed to text)? */
    public static boolean isJson(RoutingContext ctx) {
        return Pending.now();
    }

    /** The body as text, to the byte; 400 when it is not UTF-8. */
    public static String utf8(RoutingContext ctx) {
        return Pending.now();
    }

    /** The body as one JSON object, strictly parsed: what {@link Fields#of(RoutingContext)} reads. */
    public static ObjectNode object(RoutingContext ctx) {
        return Pending.now();
    }
}
