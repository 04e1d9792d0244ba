package dev.faas.bench.measure;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects durations and computes their percentiles. Thread-safe. */
public final class Samples {
    private long[] nanos = new long[1024];
    private int count;

    public synchronized void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = duration;
    }

    /** @param others must not change any more */
    public void addAll(Samples others) {
        for (int i = 0; i < others.count; i++) {
            add(others.nanos[i]);
        }
    }

    public synchronized int count() {
        return count;
    }

    /** In milliseconds, by the nearest-rank method. */
    public synchronized double percentile(double share) {
        if (count == 0) {
            throw new IllegalStateException("nothing was measured");
        }
        var sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * count) - 1)] / 1e6;
    }

    public double p50() {
        return percentile(0.5);
    }

    /** @param perSecond null for requests one after another, where only the durations count */
    public Row row(String what, @Nullable Double perSecond) {
        return new Row(what, count(), p50(), percentile(0.95), percentile(0.99), perSecond);
    }

    public Row row(String what) {
        return row(what, null);
    }
}
