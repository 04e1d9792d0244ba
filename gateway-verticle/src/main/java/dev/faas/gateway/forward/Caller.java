package dev.faas.gateway.forward;

import dev.faas.http.HttpService;
import dev.faas.http.token.Authenticated;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Identifies who sent a request, for calls to other services in that user's name.
 *
 * @param authorization the request's own header, since every service verifies it
 */
public record Caller(String userId, String authorization, String requestId) {

    /** Requires the handler {@link Authenticated#by} before it. */
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
