package dev.faas.http;

import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each request at DEBUG, because a line at INFO would cost more than a submit. Responses with 5xx are logged at WARN. Both
 * have the request id, which services pass on to each other.
 */
record AccessLog(String service) {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final String HOOKS = "/hooks/";

    void logAtEnd(RoutingContext ctx, Exchange exchange) {
        ctx.addEndHandler(ended -> {
            int status = ctx.response().getStatusCode();
            if (status >= 500) {
                LOG.warn("{} cause={}", line(ctx, exchange, status), cause(ctx));
            } else if (LOG.isDebugEnabled()) {
                LOG.debug("{}", line(ctx, exchange, status));
            }
        });
    }

    /** Such as the failure of a connection, of which the client sees only that Postgres is away. */
    private static String cause(RoutingContext ctx) {
        return ctx.failure() == null || ctx.failure().getCause() == null
                ? "-"
                : TextRules.printable(ctx.failure().getCause().toString());
    }

    /** Addresses of hooks have a secret, also where no route matches. */
    static String path(RoutingContext ctx) {
        var path = ctx.normalizedPath();
        return path.regionMatches(true, 0, HOOKS, 0, HOOKS.length())
                ? HOOKS + ":hook/:secret"
                : String.valueOf(ctx.request().path());
    }

    /** Without the query, which may be confidential, and without control characters, which could forge log lines. */
    private String line(RoutingContext ctx, Exchange exchange, int status) {
        return "request answered service=%s request=%s method=%s path=%s status=%d ms=%d"
                .formatted(
                        service,
                        exchange.requestId(),
                        TextRules.printable(ctx.request().method().name()),
                        TextRules.printable(path(ctx)),
                        status,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - exchange.startNanos()));
    }
}
