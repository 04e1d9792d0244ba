package dev.faas.activation;

import dev.faas.wire.FunctionSpec;
import java.time.Duration;

/**
 * How long an activation can be alive. The events of one outlive that: a compare-and-set on "there is nothing" would succeed
 * again for an activation that has aged out of the bus.
 */
public final class MaxLifetime {
    private MaxLifetime() {}

    /** The time in the queue, all attempts, and the waits between them. */
    public static Duration of(FunctionSpec spec) {
        return Duration.ofSeconds(spec.queue().ttlSeconds())
                .plus(Duration.ofSeconds(spec.limits().timeoutSeconds())
                        .multipliedBy(spec.retry().maxAttempts()))
                .plus(Backoff.totalWait(spec.retry()));
    }
}
