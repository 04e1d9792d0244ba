package dev.faas.gateway.quota;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.faas.http.token.Authenticated;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Refuses requests of an owner who sends more in a short time than the quota allows. Each gateway counts by itself: this
 * protects the gateway, and is no limit of the platform. Thread-safe.
 */
public final class RequestRates implements Handler<RoutingContext> {
    /** An owner may send so many seconds' worth of requests at once. */
    private static final int BURST_SECONDS = 2;

    private static final String NAME = "\"project\"";
    private static final double NANOS_PER_SECOND = 1e9;
    /** By then an owner may send a whole burst again. */
    private static final Duration MAX_IDLE = Duration.ofSeconds(10);

    /**
     * What becomes of one request.
     *
     * @param burst how many requests may come at once
     * @param remaining how many more may come now; -1: this one is refused
     * @param seconds until a whole burst may come; of a refused request, until it may be repeated
     */
    record Decision(long burst, long remaining, int seconds) {
        boolean isRefused() {
            return remaining < 0;
        }
    }

    private final Function<String, Quota> quotas;
    private final LongSupplier nanoTime;
    /** When the last of an owner's requests would have come, had they come evenly. */
    private final LoadingCache<String, AtomicLong> lastDue;

    public RequestRates(Function<String, Quota> quotas) {
        this(quotas, System::nanoTime);
    }

    RequestRates(Function<String, Quota> quotas, LongSupplier nanoTime) {
        this.quotas = quotas;
        this.nanoTime = nanoTime;
        this.lastDue =
                Caffeine.newBuilder().expireAfterAccess(MAX_IDLE).build(owner -> new AtomicLong(nanoTime.getAsLong()));
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
        var decision = count(owner, quota.of(Limit.REQUESTS_PER_SECOND));
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

    Decision count(String owner, long perSecond) {
        double interval = NANOS_PER_SECOND / perSecond;
        long burst = BURST_SECONDS * perSecond;
        long tolerance = (long) (BURST_SECONDS * NANOS_PER_SECOND);
        long now = nanoTime.getAsLong();
        var last = lastDue.get(owner);
        while (true) {
            long seen = last.get();
            // Not compared directly: the clock may overflow.
            long ahead = Math.max(0, seen - now) + (long) interval;
            if (ahead > tolerance) {
                return new Decision(burst, -1, wholeSeconds(ahead - tolerance));
            }
            if (last.compareAndSet(seen, now + ahead)) {
                return new Decision(burst, (long) ((tolerance - ahead) / interval), wholeSeconds(ahead));
            }
        }
    }

    private static int wholeSeconds(long nanos) {
        return Math.max(1, (int) Math.ceil(nanos / NANOS_PER_SECOND));
    }
}
