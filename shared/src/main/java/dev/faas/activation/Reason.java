package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.faas.wire.FunctionSpec.Cause;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Says why an activation did not succeed. */
public enum Reason {
    @JsonProperty("exit_code")
    EXIT_CODE,
    @JsonProperty("out_of_memory")
    OUT_OF_MEMORY,
    @JsonProperty("timed_out")
    TIMED_OUT,
    @JsonProperty("signal")
    SIGNAL,
    @JsonProperty("image_not_found")
    IMAGE_NOT_FOUND,
    @JsonProperty("image_pull_failed")
    IMAGE_PULL_FAILED,
    @JsonProperty("start_failed")
    START_FAILED,
    @JsonProperty("worker_lost")
    WORKER_LOST,
    @JsonProperty("function_deleted")
    FUNCTION_DELETED,
    @JsonProperty("cancelled_by_user")
    CANCELLED_BY_USER,
    @JsonProperty("queue_ttl")
    QUEUE_TTL;

    /** As the API writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Reason> of(String text) {
        return Arrays.stream(values())
                .filter(reason -> reason.text().equals(text))
                .findFirst();
    }

    /** The cause that a retry policy names for this reason. A signal counts as an exit code, as in a shell. */
    Optional<Cause> retryCause() {
        return switch (this) {
            case EXIT_CODE, SIGNAL -> Optional.of(Cause.EXIT_CODE);
            case TIMED_OUT -> Optional.of(Cause.TIMED_OUT);
            case OUT_OF_MEMORY -> Optional.of(Cause.OUT_OF_MEMORY);
            default -> Optional.empty();
        };
    }
}
