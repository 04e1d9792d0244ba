package dev.faas.registry.stats;

import java.time.Instant;

/**
 * What is asked for.
 *
 * @param from inclusive, {@code to} exclusive; both are where steps begin
 * @param step in seconds
 */
record Range(Instant from, Instant to, int step) {
    int steps() {
        return Math.toIntExact((to.getEpochSecond() - from.getEpochSecond()) / step);
    }

    int indexOf(Instant at) {
        return Math.toIntExact((at.getEpochSecond() - from.getEpochSecond()) / step);
    }
}
