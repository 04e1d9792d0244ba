package dev.faas.http;

import dev.faas.wire.Principal;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** Lets a request pass with a valid {@code Authorization: Bearer …} only. */
public final class Authenticated {
    private Authenticated() {}

    public static Handler<RoutingContext> by(TokenVerifier verifier) {
        return Pending.now();
    }

    /** Who sends this request; only behind {@link #by}. */
    public static Principal principal(RoutingContext ctx) {
        return Pending.now();
    }
}
