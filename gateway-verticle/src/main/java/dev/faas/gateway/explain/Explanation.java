package dev.faas.gateway.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.faas.activation.Reason;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why an activation is where it is, as clients see it. What is not known, or does not apply, is null; counts are of the
 * moment, and some seconds old.
 *
 * @param detail the same in a sentence
 * @param queuedBefore of the same function, about; null unless it waits in the queue
 * @param lastReason why the attempt before did not count or failed
 * @param expiresAt when it will have waited too long
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Explanation(
        String activationId,
        String status,
        Why why,
        String detail,
        int attempt,
        @Nullable Reason lastReason,
        @Nullable Instant nextAttemptAt,
        @Nullable Instant expiresAt,
        @Nullable Long queuedBefore,
        @Nullable FunctionShare function,
        @Nullable OwnerShare owner,
        @Nullable Slots platform) {

    /** What it waits for, or that it does not. */
    enum Why {
        ENDED,
        RUNNING,
        BEING_CANCELLED,
        RETRY_LATER,
        NO_SPAWNER,
        FUNCTION_AT_LIMIT,
        NO_FREE_SLOT,
        ABOUT_TO_START;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param limit its concurrency, over all spawners; null before it was first called */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record FunctionShare(
            String id,
            String name,
            long queued,
            int running,
            @Nullable Integer limit) {}

    /**
     * The caller.
     *
     * @param ownersWaiting users with work queued, who take turns at free slots
     * @param share of the slots that is this user's while they all wait, from 0 to 1
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record OwnerShare(long queued, long running, long ownersWaiting, double share) {}

    /** @param spawners alive, and able to start something */
    record Slots(int spawners, int slots, int free) {}
}
