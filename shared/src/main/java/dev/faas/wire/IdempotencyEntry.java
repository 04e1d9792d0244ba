package dev.faas.wire;

import java.util.Objects;

/**
 * What was made for an Idempotency-Key: the value in KV {@code IDEMPOTENCY}. Neither the key nor the body can be found out
 * from it.
 *
 * @param activationId whether it was accepted in the end does not stand here
 * @param meaning a keyed hash of what was asked for
 */
public record IdempotencyEntry(String activationId, String meaning) implements Versioned {
    public IdempotencyEntry {
        Objects.requireNonNull(activationId);
        Objects.requireNonNull(meaning);
    }
}
