package dev.faas.registry.function;

import dev.faas.registry.quota.FairShare;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.registry.quota.QuotaStore.Usage;
import dev.faas.wire.Problem;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;

/** Shares the bucket FUNCTIONS among its owners: above half of it, an owner who has more than a fair share can add nothing. */
final class FunctionRoom {
    /** What one owner may have of the bucket. */
    record Share(FairShare share) {
        void require(Usage after, long growth) {
            if (growth > 0 && !share.allows(after.specBytes())) {
                throw Problem.quotaExceeded(
                                "The platform has little room for functions, and yours take more than a fair share of it."
                                        + " Make one smaller or delete it, then try again.")
                        .withRetryAfter(RETRY_SECONDS)
                        .asException();
            }
        }
    }

    private static final int RETRY_SECONDS = 60;

    private final FunctionBucket bucket;
    private final QuotaStore quotas;

    FunctionRoom(FunctionBucket bucket, QuotaStore quotas) {
        this.bucket = bucket;
        this.quotas = quotas;
    }

    Future<Share> share() {
        return FairShare.of(Subjects.FUNCTIONS, bucket.state(), quotas::countOwners)
                .map(Share::new);
    }
}
