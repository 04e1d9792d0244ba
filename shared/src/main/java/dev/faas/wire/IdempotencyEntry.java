package dev.faas.wire;

import java.util.Objects;

/** Remembers the activation of an Idempotency-Key: the value in KV {@code IDEMPOTENCY}. It reveals neither the key nor the body.
 *
 * @param activationId may name an activation that was not accepted in the end
 * @param meaning a keyed hash of the request
 */
public record IdempotencyEntry(String activationId, String meaning) implements Versioned {
    public IdempotencyEntry {
        Objects.requireNonNull(activationId);
        Objects.requireNonNull(meaning);
    }
}
