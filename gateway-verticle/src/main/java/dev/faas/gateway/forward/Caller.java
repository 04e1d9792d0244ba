package dev.faas.gateway.forward;

import dev.faas.http.HttpService;
import dev.faas.http.token.Authenticated;
import dev.faas.nats.retry.BusRetry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Identifies who sent a request, for calls to other services in that user's name, and says whether that client still waits.
 *
 * @param authorization the request's own header, since every service verifies it
 * @param since of {@link System#nanoTime}
 */
public record Caller(String userId, String authorization, String requestId, long since, BooleanSupplier disconnected)
        implements BusRetry.Request {

    /** Requires the handler {@link Authenticated#by} before it. */
    public static Caller of(RoutingContext ctx) {
        return new Caller(
                Authenticated.principal(ctx).userId(),
                ctx.request().getHeader(HttpHeaders.AUTHORIZATION),
                HttpService.requestId(ctx),
                System.nanoTime(),
                ctx.response()::closed);
    }

    @Override
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    @Override
    public boolean hasDisconnected() {
        return disconnected.getAsBoolean();
    }

    @Override
    public String toString() {
        return userId;
    }
}
