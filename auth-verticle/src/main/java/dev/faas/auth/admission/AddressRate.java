package dev.faas.auth.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.faas.http.client.ClientAddresses;
import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits the calls a minute of one client address that need no login. Each replica counts by itself: this protects the replica.
 * Answers carry the fields of draft-ietf-httpapi-ratelimit-headers-10.
 */
public final class AddressRate implements Handler<RoutingContext> {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MAX_ADDRESSES = 100_000;

    private record Window(long endsAtMillis, AtomicInteger calls) {}

    private final int perMinute;
    private final ClientAddresses addresses;
    private final InstantSource clock;
    private final Cache<String, Window> windows = Caffeine.newBuilder()
            .expireAfterWrite(WINDOW)
            .maximumSize(MAX_ADDRESSES)
            .build();

    /** @param perMinute 0 for no limit */
    public AddressRate(int perMinute, ClientAddresses addresses, InstantSource clock) {
        this.perMinute = perMinute;
        this.addresses = addresses;
        this.clock = clock;
    }

    @Override
    public void handle(RoutingContext ctx) {
        if (perMinute > 0) {
            count(ctx);
        }
        ctx.next();
    }

    private void count(RoutingContext ctx) {
        var now = clock.millis();
        var window = windows.asMap()
                .compute(
                        addresses.behindGateway(ctx.request()).prefix(),
                        (address, current) -> current != null && current.endsAtMillis() > now
                                ? current
                                : new Window(now + WINDOW.toMillis(), new AtomicInteger()));
        var left = perMinute - window.calls().incrementAndGet();
        var seconds = Math.toIntExact(Math.max(1, Math.ceilDiv(window.endsAtMillis() - now, 1000L)));
        ctx.response()
                .putHeader("RateLimit-Policy", "\"address\";q=" + perMinute + ";w=" + WINDOW.toSeconds())
                .putHeader("RateLimit", "\"address\";r=" + Math.max(0, left) + ";t=" + seconds);
        if (left < 0) {
            throw Problem.rateLimited(
                            "Your address has made " + perMinute + " calls in this minute. Try again in " + seconds
                                    + " s.",
                            seconds)
                    .asException();
        }
    }
}
