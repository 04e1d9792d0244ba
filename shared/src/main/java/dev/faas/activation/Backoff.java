package dev.faas.activation;

import dev.faas.wire.FunctionSpec.Retry;
import java.time.Duration;
import java.util.stream.IntStream;

/** Computes how long the next attempt waits. After a failure of the function: its policy's {@code backoffSeconds}, doubled with
 * each attempt, plus a random part of up to half of that, so that activations that failed together do not return together; at
 * most an hour. After a fault of the platform: from 250 ms to 30 s, without a random part.
 */
public final class Backoff {
    public static final Duration LONGEST = Duration.ofHours(1);

    private static final double JITTER = 0.5;
    private static final Duration FIRST_FAULT = Duration.ofMillis(250);
    private static final Duration LONGEST_FAULT = Duration.ofSeconds(30);
    private static final int MAX_DOUBLINGS = 20;

    private Backoff() {}

    /** After a failure of the function.
     *
     * @param attempt that failed, from 1
     * @param chance from 0 to 1
     */
    public static Duration afterFailure(Retry retry, int attempt, double chance) {
        var least = doubled(Duration.ofSeconds(retry.backoffSeconds()), attempt);
        return shorter(least.plusMillis((long) (least.toMillis() * JITTER * chance)), LONGEST);
    }

    /** After so many faults of the platform. */
    static Duration afterPlatformFault(int faults) {
        return shorter(doubled(FIRST_FAULT, faults), LONGEST_FAULT);
    }

    /** The longest wait after this attempt, for either reason. */
    static Duration longestWait(Retry retry, int attempt) {
        var own = afterFailure(retry, Math.max(1, attempt), 1);
        return own.compareTo(LONGEST_FAULT) > 0 ? own : LONGEST_FAULT;
    }

    /** The longest waits of all attempts of a policy, added up. */
    public static Duration totalWait(Retry retry) {
        return IntStream.range(1, retry.maxAttempts())
                .mapToObj(attempt -> afterFailure(retry, attempt, 1))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static Duration doubled(Duration first, int times) {
        return shorter(first, LONGEST).multipliedBy(1L << Math.min(times - 1, MAX_DOUBLINGS));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
