package dev.faas.registry.destination;

import dev.faas.destination.DestinationSecrets;
import dev.faas.destination.DestinationSpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A destination as it is stored.
 *
 * @param version of the definition
 * @param disabled why nothing is sent; null: it is
 */
record Destination(
        String id,
        String owner,
        int version,
        DestinationSpec spec,
        DestinationSecrets secrets,
        @Nullable String disabled,
        Health health,
        Times times) {
    static final String BY_USER = "user";

    /**
     * As the dispatcher sees it.
     *
     * @param failures attempts since the last success
     * @param openUntil of the circuit
     */
    record Health(int failures, @Nullable Instant openUntil) {
        static final Health GOOD = new Health(0, null);
    }

    record Times(Instant createdAt, Instant updatedAt) {}

    boolean isEnabled() {
        return disabled == null;
    }

    Destination with(DestinationSecrets others) {
        return new Destination(id, owner, version, spec, others, disabled, health, times);
    }

    /** What was known about the receiver is forgotten. */
    Destination enabled() {
        return new Destination(id, owner, version, spec, secrets, null, Health.GOOD, times);
    }

    Destination disabledByUser() {
        return new Destination(id, owner, version, spec, secrets, BY_USER, health, times);
    }

    Destination changed(Instant now) {
        return new Destination(
                id, owner, version + 1, spec, secrets, disabled, health, new Times(times.createdAt, now));
    }
}
