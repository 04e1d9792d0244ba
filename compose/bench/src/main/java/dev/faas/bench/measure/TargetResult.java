package dev.faas.bench.measure;

/** Compares a measured value with a target. Its component names are field names of the JSON report. */
public record TargetResult(String target, String wanted, String measured, boolean held) {
    public static TargetResult atMost(String target, String what, double limit, double measured, String unit) {
        return new TargetResult(
                target,
                "%s ≤ %.4g %s".formatted(what, limit, unit),
                "%.4g %s".formatted(measured, unit),
                measured <= limit);
    }

    public static TargetResult atLeast(String target, String what, double limit, double measured, String unit) {
        return new TargetResult(
                target,
                "%s ≥ %.4g %s".formatted(what, limit, unit),
                "%.4g %s".formatted(measured, unit),
                measured >= limit);
    }
}
