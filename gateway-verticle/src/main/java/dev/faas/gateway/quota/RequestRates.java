package dev.faas.gateway.quota;

import dev.faas.http.token.Authenticated;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/**
 * Refuses requests of an owner who sends more in a short time than the quota allows. Each gateway counts by itself: this
 * protects the gateway, and is no limit of the platform. Thread-safe.
 */
public final class RequestRates implements Handler<RoutingContext> {
    private static final int BURST_SECONDS = SteadyRates.BURST_SECONDS;
    private static final String NAME = "\"project\"";

    private final Function<String, Quota> quotas;
    private final SteadyRates rates;

    public RequestRates(Function<String, Quota> quotas) {
        this(quotas, new SteadyRates());
    }

    private RequestRates(Function<String, Quota> quotas, SteadyRates rates) {
        this.quotas = quotas;
        this.rates = rates;
    }

    /** Requires the handler {@link Authenticated#by} before it. */
    @Override
    public void handle(RoutingContext ctx) {
        var owner = Authenticated.principal(ctx).userId();
        var quota = quotas.apply(owner);
        if (!quota.isLimited(Limit.REQUESTS_PER_SECOND)) {
            ctx.next();
            return;
        }
        var decision = rates.count(owner, quota.of(Limit.REQUESTS_PER_SECOND));
        ctx.response()
                .putHeader("RateLimit-Policy", NAME + ";q=" + decision.burst() + ";w=" + BURST_SECONDS)
                .putHeader("RateLimit", NAME + ";r=" + Math.max(0, decision.remaining()) + ";t=" + decision.seconds());
        if (decision.isRefused()) {
            ctx.fail(Problem.rateLimited(
                            "You send more than " + decision.burst() / BURST_SECONDS
                                    + " requests a second to this gateway. Nothing was done. Try again in "
                                    + decision.seconds() + " s.",
                            decision.seconds())
                    .asException());
        } else {
            ctx.next();
        }
    }
}
