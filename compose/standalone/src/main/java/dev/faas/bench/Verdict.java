package dev.faas.bench;

/** What a target asks for, and what was measured against it. */
record Verdict(String target, String wanted, String measured, boolean held) {
    static Verdict atMost(String target, String what, double limit, double measured, String unit) {
        return new Verdict(
                target,
                "%s ≤ %.4g %s".formatted(what, limit, unit),
                "%.4g %s".formatted(measured, unit),
                measured <= limit);
    }

    static Verdict atLeast(String target, String what, double limit, double measured, String unit) {
        return new Verdict(
                target,
                "%s ≥ %.4g %s".formatted(what, limit, unit),
                "%.4g %s".formatted(measured, unit),
                measured >= limit);
    }
}
