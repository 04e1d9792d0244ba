package dev.faas.bench.measure;

import org.jspecify.annotations.Nullable;

/**
 * One line of a report.
 *
 * @param count how many were measured
 * @param perSecond null where one came after another
 */
public record Row(
        String what,
        long count,
        double p50Ms,
        double p95Ms,
        double p99Ms,
        @Nullable Double perSecond) {}
