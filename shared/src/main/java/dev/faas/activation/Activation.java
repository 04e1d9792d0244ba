package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.FunctionSpec.Destinations;
import dev.faas.wire.FunctionSpec.Retry;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Holds what never changes of an activation, from its acceptance to its end.
 *
 * @param image as the function's accepted revision names it
 * @param expiresAt when it expires if it has not run by then; a run or a retry puts that off, see {@link ActivationRecord}
 * @param requestId of the request that submitted it, for the logs; null when an older gateway wrote it
 * @param notBefore when it is due, of a delayed one: until then it has no command; null when it was due at once
 * @param trigger null when a user submitted it, or another activation's end
 * @param batch null when it was submitted by itself
 * @param cause null when it is not the next of a chain
 * @param callback null when its submit asks for none
 * @param destinations of its function's revision; null when that has none
 */
public record Activation(
        String id,
        String owner,
        FunctionKey function,
        String image,
        Delivery delivery,
        int timeoutSeconds,
        Retry retry,
        Instant submittedAt,
        Instant expiresAt,
        Map<String, String> tags,
        @Nullable String requestId,
        @Nullable Instant notBefore,
        @Nullable Trigger trigger,
        @Nullable Batch batch,
        @Nullable Cause cause,
        @Nullable Callback callback,
        @Nullable Destinations destinations) {

    /** The exact revision that runs. */
    public record FunctionKey(String id, String name, int revision) {}

    /**
     * Names what submitted an activation instead of a user.
     *
     * @param type such as {@link #SCHEDULE}
     * @param key of this one activation among those of the trigger: of a schedule, its nominal time; of a hook, the id of the
     *     delivery, or empty; of a source, the sequence of the message
     */
    public record Trigger(String type, String id, String key) {
        public static final String SCHEDULE = "schedule";
        public static final String HOOK = "hook";
        public static final String SOURCE = "source";

        public Trigger {
            Objects.requireNonNull(type);
            Objects.requireNonNull(id);
            Objects.requireNonNull(key);
        }
    }

    /**
     * Names the activation whose end submitted this one.
     *
     * @param depth number of this one in its chain; the first one, which has no cause, counts as 0
     */
    public record Cause(String activationId, int depth) {
        public static final int MAX_DEPTH = 16;

        public Cause {
            Objects.requireNonNull(activationId);
        }
    }

    /**
     * Names the batch of which this is an item.
     *
     * @param size null: not known when it was accepted
     * @param content identifies what was submitted: a repeat of the item has the same
     */
    public record Batch(String id, int index, @Nullable Integer size, String content) {
        public Batch {
            Objects.requireNonNull(id);
            Objects.requireNonNull(content);
        }
    }

    /** Submitted by a user, by itself. */
    public Activation(
            String id,
            String owner,
            FunctionKey function,
            String image,
            Delivery delivery,
            int timeoutSeconds,
            Retry retry,
            Instant submittedAt,
            Instant expiresAt,
            Map<String, String> tags,
            @Nullable String requestId,
            @Nullable Instant notBefore) {
        this(
                id,
                owner,
                function,
                image,
                delivery,
                timeoutSeconds,
                retry,
                submittedAt,
                expiresAt,
                tags,
                requestId,
                notBefore,
                null,
                null,
                null,
                null,
                null);
    }

    public Activation {
        Objects.requireNonNull(id);
        Objects.requireNonNull(owner);
        Objects.requireNonNull(function);
        Objects.requireNonNull(image);
        Objects.requireNonNull(delivery);
        Objects.requireNonNull(retry);
        Objects.requireNonNull(submittedAt);
        Objects.requireNonNull(expiresAt);
        tags = FunctionSpec.sorted(tags);
        if (timeoutSeconds < 1) {
            throw new IllegalArgumentException("timeoutSeconds must be at least 1, not " + timeoutSeconds);
        }
    }

    /**
     * Where the end of an activation goes, besides the destinations of its owner that select it. One of the first two is null.
     *
     * @param url of a receiver
     * @param destination id of one of the owner's
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Callback(@Nullable String url, @Nullable String destination, List<Outcome> on) {
        /** How an activation ends, for its submitter. */
        public enum Outcome {
            SUCCESS,
            /** Any end without success. */
            FAILURE;

            @JsonValue
            public String text() {
                return name().toLowerCase(Locale.ROOT);
            }

            /** @param status a terminal one */
            public static Outcome of(Status status) {
                return status == Status.SUCCEEDED ? SUCCESS : FAILURE;
            }
        }

        public Callback {
            if ((url == null) == (destination == null)) {
                throw new IllegalArgumentException("a callback has a url or a destination");
            }
            on = List.copyOf(on);
        }
    }
}
