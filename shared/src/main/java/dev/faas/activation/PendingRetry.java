package dev.faas.activation;

import dev.faas.wire.Versioned;
import java.time.Instant;
import java.util.Objects;

/**
 * A command that waits beside the queue until its activation's next attempt is due, so that it takes none of its function's
 * slots meanwhile.
 *
 * @param due the record's {@code nextAttemptAt}, by which this wait is told from an earlier one of the same activation
 */
public record PendingRetry(ActivationCommand command, Instant due) implements Versioned {
    public PendingRetry {
        Objects.requireNonNull(command);
        Objects.requireNonNull(due);
    }
}
