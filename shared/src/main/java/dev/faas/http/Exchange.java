package dev.faas.http;

import dev.faas.http.content.HeldBodies;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Holds what this package needs for one request: its id, its start, how long its body may take, and where that is counted. */
record Exchange(String requestId, long startNanos, Duration requestTimeout, HeldBodies bodies) {
    static final String REQUEST_ID = "X-Request-Id";

    private static final String KEY = Exchange.class.getName();
    private static final Pattern SANE_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    static Exchange begin(RoutingContext ctx, Duration requestTimeout, HeldBodies bodies) {
        var exchange =
                new Exchange(idFrom(ctx.request().getHeader(REQUEST_ID)), System.nanoTime(), requestTimeout, bodies);
        ctx.put(KEY, exchange);
        ctx.response().putHeader(REQUEST_ID, exchange.requestId());
        return exchange;
    }

    /** Creates it for a request that is rejected before its first handler. */
    static Exchange of(RoutingContext ctx) {
        Exchange exchange = ctx.get(KEY);
        return exchange == null ? begin(ctx, Duration.ofSeconds(30), HeldBodies.inThisHeap()) : exchange;
    }

    static String idFrom(@Nullable String header) {
        return header != null && SANE_ID.matcher(header).matches()
                ? header
                : HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
