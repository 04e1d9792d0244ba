package dev.faas.http;

import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line for each request, at DEBUG: at INFO it would cost more than a submit does. What failed on our side is a WARN. Both
 * have the request's id, which goes from service to service.
 */
record AccessLog(String service) {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    void logAtEnd(RoutingContext ctx, Exchange exchange) {
        ctx.addEndHandler(ended -> {
            int status = ctx.response().getStatusCode();
            if (status >= 500) {
                LOG.warn("{}", line(ctx, exchange, status));
            } else if (LOG.isDebugEnabled()) {
                LOG.debug("{}", line(ctx, exchange, status));
            }
        });
    }

    /** Without the query, which is the client's business; control characters would let a client write lines of its own. */
    private String line(RoutingContext ctx, Exchange exchange, int status) {
        return "%s answers request %s %s %s with %d after %d ms"
                .formatted(
                        service,
                        exchange.requestId(),
                        TextRules.printable(ctx.request().method().name()),
                        TextRules.printable(String.valueOf(ctx.request().path())),
                        status,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - exchange.startNanos()));
    }
}
