package dev.faas.activation;

import dev.faas.wire.Versioned;
import java.time.Instant;
import java.util.Objects;

/** Stores a command outside the queue until its activation's next attempt is due, so that it uses none of its function's
 * concurrency meanwhile.
 *
 * @param due the record's {@code nextAttemptAt}; distinguishes this retry from an earlier one of the same activation
 */
public record PendingRetry(ActivationCommand command, Instant due) implements Versioned {
    public PendingRetry {
        Objects.requireNonNull(command);
        Objects.requireNonNull(due);
    }
}
