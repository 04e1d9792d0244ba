package dev.faas.activation;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.faas.wire.FunctionSpec.Cause;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Says why an activation did not succeed. */
public enum Reason {
    EXIT_CODE,
    OUT_OF_MEMORY,
    TIMED_OUT,
    SIGNAL,
    IMAGE_NOT_FOUND,
    IMAGE_PULL_FAILED,
    START_FAILED,
    WORKER_LOST,
    FUNCTION_DELETED,
    CANCELLED_BY_USER,
    /** A newer tick of its schedule replaces it. */
    CANCELLED_BY_SCHEDULE,
    QUEUE_TTL;

    /** As the API writes it. */
    @JsonValue
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
