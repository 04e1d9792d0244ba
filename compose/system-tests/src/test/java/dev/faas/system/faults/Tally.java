package dev.faas.system.faults;

import java.time.Duration;
import java.util.List;

/**
 * Holds the result of a row.
 *
 * @param ticks that fired
 * @param hooked deliveries of a hook that were accepted
 * @param delivered events that reached their receiver
 * @param lost accepted activations without an end, with a wrong result, or missing in the ledger
 * @param doubled activations with two ends, second activations of one key, or at-most-once runs that ran twice
 * @param givenUp at-most-once activations that ended as lost, as a fault may cause
 * @param gap the longest time without an acceptance
 * @param recovery the longest time from the end of a fault to recovery
 * @param problems descriptions of all errors
 */
record Tally(
        String name,
        int rounds,
        int accepted,
        int ticks,
        int hooked,
        int delivered,
        int lost,
        int doubled,
        int givenUp,
        Duration gap,
        Duration recovery,
        List<String> problems) {
    static final List<String> HEAD = List.of(
            "fault",
            "rounds",
            "accepted",
            "ticks",
            "hooks",
            "webhooks",
            "lost",
            "doubled",
            "given up",
            "longest gap in accepting",
            "time to recover");

    boolean flawless() {
        return problems.isEmpty();
    }

    List<String> cells() {
        return List.of(
                name,
                Integer.toString(rounds),
                Integer.toString(accepted),
                Integer.toString(ticks),
                Integer.toString(hooked),
                Integer.toString(delivered),
                Integer.toString(lost),
                Integer.toString(doubled),
                Integer.toString(givenUp),
                seconds(gap),
                seconds(recovery));
    }

    private static String seconds(Duration duration) {
        return "%.1f s".formatted(duration.toMillis() / 1000.0);
    }
}
