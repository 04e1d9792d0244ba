package dev.faas.gateway.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.faas.activation.Reason;
import dev.faas.activation.SpawnerHeartbeat;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Answers why an activation has not ended. A member is null when it is not known or does not apply; counts are up to some
 * seconds old.
 *
 * @param detail a sentence that says the same as {@code why}
 * @param queuedBefore estimated number of its function's activations ahead of it; null unless it is in the queue
 * @param lastReason why the previous attempt failed or did not count
 * @param expiresAt when it ends as expired if it is still queued
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

    enum Why {
        ENDED,
        RUNNING,
        BEING_CANCELLED,
        NOT_BEFORE,
        RETRY_LATER,
        FUNCTION_PAUSED,
        NO_SPAWNER,
        FUNCTION_AT_LIMIT,
        OWNER_AT_LIMIT,
        NO_FREE_SLOT,
        NO_MEMORY,
        ABOUT_TO_START;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param limit the function's concurrency over all spawners; null before its first call */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record FunctionShare(
            String id,
            String name,
            long queued,
            int running,
            @Nullable Integer limit) {}

    /**
     * @param ownersWaiting users with queued work, who take turns at free slots
     * @param share part of the slots, from 0 to 1, that this user gets while all of them wait
     * @param limit of running activations, over all spawners
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record OwnerShare(
            long queued,
            long running,
            long ownersWaiting,
            double share,
            @Nullable Long limit) {}

    /** @param spawners that are alive and able to start activations */
    record Slots(int spawners, int slots, int free) {
        static Slots of(List<SpawnerHeartbeat> alive) {
            var able = alive.stream()
                    .filter(heartbeat -> heartbeat.trouble() == null)
                    .toList();
            return new Slots(
                    able.size(),
                    able.stream().mapToInt(SpawnerHeartbeat::slots).sum(),
                    able.stream().mapToInt(SpawnerHeartbeat::free).sum());
        }
    }
}
