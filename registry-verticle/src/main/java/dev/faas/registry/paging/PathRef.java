package dev.faas.registry.paging;

import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/** The name or id in a path. */
public final class PathRef {
    private PathRef() {}

    /** @param notFound of a text that Postgres refuses, so that nothing can have it */
    public static String of(RoutingContext ctx, Function<String, RuntimeException> notFound) {
        var ref = ctx.pathParam("ref");
        if (ref.indexOf('\0') >= 0) {
            throw notFound.apply(ref);
        }
        return ref;
    }
}
