package dev.faas.quota;

import dev.faas.nats.Stream;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one owner may have of a bucket: anything while half of it is free, then a share of it. A full bucket would stop the
 * changes of all owners.
 *
 * @param isFull nobody can add anything
 */
public record FairShare(long bytes, boolean isFull) {
    private static final Logger LOG = LoggerFactory.getLogger(FairShare.class);
    private static final FairShare ANY = new FairShare(Long.MAX_VALUE, false);
    public static final double SHARED_ABOVE = 0.5;
    /** Of the bucket: what all shares are together. */
    private static final double ALL_SHARES = 0.85;
    /** Reached when owners were added after others had filled larger shares. */
    private static final double FULL_ABOVE = 0.95;

    private static final int FEWEST_SHARES = 4;

    /** As of now. Without figures nobody is limited. */
    public static Future<FairShare> of(String bucket, Future<Stream.State> state, Supplier<Future<Long>> owners) {
        return state.compose(now -> now.fillRatio() <= SHARED_ABOVE
                        ? Future.succeededFuture(ANY)
                        : owners.get().map(count -> of(now, count)))
                .recover(failure -> {
                    LOG.warn("room in a bucket not known bucket={} cause={}", bucket, failure.getMessage());
                    return Future.succeededFuture(ANY);
                });
    }

    private static FairShare of(Stream.State state, long owners) {
        return new FairShare((long) bytes(state.maxBytes(), owners), state.fillRatio() > FULL_ABOVE);
    }

    /** Of one owner among so many. */
    public static double bytes(long maxBytes, long owners) {
        return maxBytes * ALL_SHARES / Math.max(FEWEST_SHARES, owners);
    }

    /** @param after what the owner has then */
    public boolean allows(long after) {
        return !isFull && after <= bytes;
    }
}
