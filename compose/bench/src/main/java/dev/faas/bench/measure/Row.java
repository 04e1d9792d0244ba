package dev.faas.bench.measure;

import org.jspecify.annotations.Nullable;

/**
 * Holds one line of a report.
 *
 * @param count of measured durations
 * @param perSecond null for requests one after another
 */
public record Row(
        String what,
        long count,
        double p50Ms,
        double p95Ms,
        double p99Ms,
        @Nullable Double perSecond) {}
