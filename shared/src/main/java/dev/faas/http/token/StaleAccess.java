package dev.faas.http.token;

import dev.faas.config.Env;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Answers all requests 503 once this process may have missed for too long that a login or a key has ended: when NATS, or a watch on
 * what auth publishes, was away without a break for the limit. Thread-safe.
 */
public final class StaleAccess implements Handler<RoutingContext> {
    private static final String SETTING = "FAAS_ACCESS_STALE";
    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final BooleanSupplier isFollowing;
    private final Duration limit;
    private final Runnable whenStale;
    private volatile long confirmedAt = System.nanoTime();

    private StaleAccess(BooleanSupplier isFollowing, Duration limit, Runnable whenStale) {
        this.isFollowing = isFollowing;
        this.limit = limit;
        this.whenStale = whenStale;
    }

    /**
     * Checks until the stop.
     *
     * @param isFollowing whether this process still learns what auth publishes
     * @param whenStale called at each check while this process answers 503
     */
    public static StaleAccess watch(Lifecycle.Steps on, BooleanSupplier isFollowing, Duration limit, Runnable whenStale)
            throws Exception {
        var stale = new StaleAccess(isFollowing, limit, whenStale);
        on.repeat("age of what is known of logins", stale.pause(), stale::check);
        return stale;
    }

    /** The limit. */
    public static Duration limit(Env env) {
        var limit = env.duration(
                SETTING,
                Duration.ofMinutes(5),
                "how long without word from NATS of ended logins until all requests are answered 503");
        if (limit.compareTo(SHORTEST) < 0) {
            env.addProblem(SETTING, "must be at least " + SHORTEST.toSeconds() + "s");
        }
        return limit;
    }

    private Duration pause() {
        var share = limit.dividedBy(4);
        return share.compareTo(LONGEST_PAUSE) < 0 ? share : LONGEST_PAUSE;
    }

    private void check() {
        if (isFollowing.getAsBoolean()) {
            confirmedAt = System.nanoTime();
        } else if (isStale()) {
            whenStale.run();
        }
    }

    public boolean isStale() {
        return System.nanoTime() - confirmedAt > limit.toNanos();
    }

    @Override
    public void handle(RoutingContext ctx) {
        if (isStale()) {
            ctx.fail(Problem.unavailable("nats").asException());
        } else {
            ctx.next();
        }
    }
}
