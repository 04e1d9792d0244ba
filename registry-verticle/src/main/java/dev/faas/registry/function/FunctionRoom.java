package dev.faas.registry.function;

import dev.faas.registry.quota.QuotaStore;
import dev.faas.registry.quota.QuotaStore.Usage;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the bucket FUNCTIONS among its owners: above half of it, an owner who has more than a fair share can add nothing. A
 * full bucket would stop the changes of all owners.
 */
final class FunctionRoom {
    /** What one owner may have of the bucket. */
    record Share(long bytes, boolean isFull) {
        private static final Share ANY = new Share(Long.MAX_VALUE, false);

        void require(Usage after, long growth) {
            if (growth > 0 && (isFull || after.specBytes() > bytes)) {
                throw Problem.quotaExceeded(
                                "The platform has little room for functions, and yours take more than a fair share of it."
                                        + " Make one smaller or delete it, then try again.")
                        .withRetryAfter(RETRY_SECONDS)
                        .asException();
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(FunctionRoom.class);
    private static final double SHARED_ABOVE = 0.5;
    /** Of the bucket: what all shares are together. */
    private static final double ALL_SHARES = 0.85;
    /** Owners may have become more since: then all shares together were too large. */
    private static final double FULL_ABOVE = 0.95;

    private static final int FEWEST_SHARES = 4;
    private static final int RETRY_SECONDS = 60;

    private final FunctionBucket bucket;
    private final QuotaStore quotas;

    FunctionRoom(FunctionBucket bucket, QuotaStore quotas) {
        this.bucket = bucket;
        this.quotas = quotas;
    }

    /** As of now. Without figures nobody is limited. */
    Future<Share> share() {
        return bucket.state()
                .compose(state -> state.fillRatio() <= SHARED_ABOVE
                        ? Future.succeededFuture(Share.ANY)
                        : quotas.countOwners()
                                .map(owners -> new Share(
                                        (long) (state.maxBytes() * ALL_SHARES / Math.max(FEWEST_SHARES, owners)),
                                        state.fillRatio() > FULL_ABOVE)))
                .recover(failure -> {
                    LOG.warn("room for functions not known cause={}", failure.getMessage());
                    return Future.succeededFuture(Share.ANY);
                });
    }
}
