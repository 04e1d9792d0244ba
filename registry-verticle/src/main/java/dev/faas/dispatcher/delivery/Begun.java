package dev.faas.dispatcher.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.destination.DeliveryAttempt;
import dev.faas.wire.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An attempt within the platform that has begun.
 *
 * @param since of {@link System#nanoTime}
 */
record Begun(Claimed delivery, Instant at, long since) {
    private static final Logger LOG = LoggerFactory.getLogger(Begun.class);
    private static final int ACCEPTED = 202;
    private static final String NO_ANSWER = "The platform could not be asked whether the event is accepted.";

    static Begun now(Claimed delivery) {
        return new Begun(delivery, Instant.now().truncatedTo(ChronoUnit.MILLIS), System.nanoTime());
    }

    Attempted accepted(ObjectNode response) {
        return attempted(ACCEPTED, null, response.toString(), Optional.empty(), false, null);
    }

    /** What may pass is tried again, as with a receiver that answers so. */
    Attempted refused(Problem problem) {
        var retryAfter = problem.retryAfterSeconds().isPresent()
                ? Optional.of(Duration.ofSeconds(problem.retryAfterSeconds().getAsInt()))
                : Optional.<Duration>empty();
        return attempted(
                problem.status(),
                null,
                problem.code() + ": " + problem.detail(),
                retryAfter,
                false,
                problem.mayPass() ? null : problem.code());
    }

    Attempted unanswered(Throwable failure) {
        LOG.warn(
                "delivery not submitted delivery={} destination={}",
                delivery.id(),
                delivery.destination().id(),
                failure);
        return attempted(null, NO_ANSWER, null, Optional.empty(), true, null);
    }

    private Attempted attempted(
            @Nullable Integer status,
            @Nullable String error,
            @Nullable String response,
            Optional<Duration> retryAfter,
            boolean isOurFault,
            @Nullable String over) {
        long millis = (System.nanoTime() - since) / 1_000_000;
        return new Attempted(
                delivery,
                new DeliveryAttempt(at, millis, status, error, Map.of(), response),
                retryAfter,
                isOurFault,
                over);
    }
}
