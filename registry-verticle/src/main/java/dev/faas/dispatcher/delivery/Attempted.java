package dev.faas.dispatcher.delivery;

import dev.faas.destination.DeliveryAttempt;
import dev.faas.destination.DeliveryState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt, and what follows from it.
 *
 * @param attempt null: nothing was sent
 * @param retryAfter as the receiver asks
 * @param isOurFault the receiver did nothing wrong: such as a key that this process has not
 * @param over why there is no further attempt, whatever its number; null: the attempt decides
 */
record Attempted(
        Claimed delivery,
        @Nullable DeliveryAttempt attempt,
        Optional<Duration> retryAfter,
        boolean isOurFault,
        @Nullable String over) {
    Attempted(Claimed delivery, @Nullable DeliveryAttempt attempt, Optional<Duration> retryAfter, boolean isOurFault) {
        this(delivery, attempt, retryAfter, isOurFault, attempt == null ? "record_expired" : null);
    }

    /** Nothing was sent, and nothing will be. */
    static Attempted over(Claimed delivery, String reason) {
        return new Attempted(delivery, null, Optional.empty(), false, reason);
    }

    /** Before the second attempt, and before each further one. */
    private static final List<Duration> DELAYS = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    /** It needs an operator, or the end of a rolling update. */
    private static final Duration AFTER_OUR_FAULT = Duration.ofMinutes(5);

    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(24);
    private static final Set<Integer> OVERLOADED = Set.of(429, 502, 503, 504);
    static final int GONE = 410;

    boolean isSuccess() {
        return attempt != null && attempt.status() != null && attempt.status() / 100 == 2;
    }

    /** The receiver wants no more events. */
    boolean isGone() {
        return attempt != null && Integer.valueOf(GONE).equals(attempt.status());
    }

    /** Counts for the health of the destination. */
    boolean isFailure() {
        return attempt != null && !isSuccess() && !isOurFault;
    }

    /** One that counts: there are ten. */
    boolean isSpent() {
        return !isOurFault;
    }

    /** Of the receiver, which wants no request before. */
    Optional<Duration> pause() {
        return attempt != null && attempt.status() != null && OVERLOADED.contains(attempt.status())
                ? retryAfter.filter(Duration::isPositive).map(Attempted::limited)
                : Optional.empty();
    }

    DeliveryState state() {
        if (isSuccess()) {
            return DeliveryState.SUCCEEDED;
        }
        return delay().isPresent() ? DeliveryState.PENDING : DeliveryState.FAILED;
    }

    @Nullable
    String reason() {
        if (state() != DeliveryState.FAILED) {
            return null;
        }
        return over == null ? "attempts_exhausted" : over;
    }

    /** Until the next attempt; empty: there is none. */
    Optional<Duration> delay() {
        if (over != null || isSuccess() || delivery.isTest()) {
            return Optional.empty();
        }
        if (isOurFault) {
            return Optional.of(AFTER_OUR_FAULT);
        }
        if (delivery.attempt() > DELAYS.size()) {
            return Optional.empty();
        }
        long millis = DELAYS.get(delivery.attempt() - 1).toMillis();
        var scheduled = Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(-millis / 10, millis / 10 + 1));
        return Optional.of(retryAfter
                .map(Attempted::limited)
                .filter(asked -> asked.compareTo(scheduled) > 0)
                .orElse(scheduled));
    }

    private static Duration limited(Duration asked) {
        return asked.compareTo(LONGEST_RETRY_AFTER) < 0 ? asked : LONGEST_RETRY_AFTER;
    }

    /** As metrics name it. */
    String outcome() {
        if (attempt == null) {
            return Objects.requireNonNullElse(over, "record_expired");
        }
        if (isOurFault) {
            return "platform_fault";
        }
        return isSuccess() ? "success" : attempt.status() == null ? "no_response" : "refused";
    }

    Instant sentAt() {
        return attempt == null ? delivery.event().at() : attempt.at();
    }
}
