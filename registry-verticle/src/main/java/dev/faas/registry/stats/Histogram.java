package dev.faas.registry.stats;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts durations in buckets whose bounds grow by the square root of two: a quantile is off by at most 19 %. The first bucket
 * has what took 1 ms or less, the last one what took a day or more. Buckets at the end without a count are left out.
 */
final class Histogram {
    private static final int BUCKETS = 54;
    private static final double A_DOUBLING = 2;

    private int[] counts = {};

    static Histogram of(Integer[] counts) {
        var histogram = new Histogram();
        histogram.counts = Arrays.stream(counts).mapToInt(Integer::intValue).toArray();
        return histogram;
    }

    void add(long millis) {
        int bucket = bucketOf(millis);
        if (bucket >= counts.length) {
            counts = Arrays.copyOf(counts, bucket + 1);
        }
        counts[bucket]++;
    }

    void addAll(Histogram other) {
        if (other.counts.length > counts.length) {
            counts = Arrays.copyOf(counts, other.counts.length);
        }
        for (int i = 0; i < other.counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    Integer[] counts() {
        return Arrays.stream(counts).boxed().toArray(Integer[]::new);
    }

    private static int bucketOf(long millis) {
        return millis <= 1
                ? 0
                : Math.min(BUCKETS - 1, (int) Math.ceil(A_DOUBLING * Math.log((double) millis) / Math.log(2)));
    }

    /** In milliseconds; null when nothing was counted. */
    @Nullable
    Long quantile(double share) {
        long total = Arrays.stream(counts).asLongStream().sum();
        if (total == 0) {
            return null;
        }
        long rank = Math.max(1, (long) Math.ceil(share * total));
        int bucket = 0;
        for (long seen = counts[0]; seen < rank; seen += counts[bucket]) {
            bucket++;
        }
        // The middle of its bounds, as they grow.
        return bucket == 0 ? 1 : Math.round(Math.pow(2, (bucket - 1 / A_DOUBLING) / A_DOUBLING));
    }
}
