package dev.faas.system.faults;

import java.time.Duration;
import java.util.List;

/**
 * What a row came to.
 *
 * @param lost accepted ones without an end, with a wrong result, or missing in the ledger
 * @param doubled with two ends, two activations of one key, or at-most-once and run twice
 * @param givenUp at-most-once ones that ended as lost, as they may when a fault hits them
 * @param gap the longest time in which nothing was accepted
 * @param recovery the longest time from the end of a fault until all worked again
 * @param problems what is wrong, in words
 */
record Tally(
        String name,
        int rounds,
        int accepted,
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
