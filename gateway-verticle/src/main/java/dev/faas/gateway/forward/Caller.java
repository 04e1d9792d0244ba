package dev.faas.gateway.forward;

import dev.faas.http.HttpService;
import dev.faas.http.token.Authenticated;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Who asks, and what is passed on when another service is asked for him.
 *
 * @param authorization the request's own header: every service verifies for itself
 */
public record Caller(String userId, String authorization, String requestId) {

    /** Only behind {@link Authenticated#by}. */
    public static Caller of(RoutingContext ctx) {
        return new Caller(
                Authenticated.principal(ctx).userId(),
                ctx.request().getHeader(HttpHeaders.AUTHORIZATION),
                HttpService.requestId(ctx));
    }

    @Override
    public String toString() {
        return userId;
    }
}
