package dev.faas.activation;

import dev.faas.wire.FunctionSpec;
import java.time.Duration;

/** Computes how long an activation can be alive. The event stream must keep events longer than that: a compare-and-set on "no
 * message yet" would succeed again for an activation whose events have aged out.
 */
public final class MaxLifetime {
    private MaxLifetime() {}

    /** The time in the queue, all attempts, and their back-offs. */
    public static Duration of(FunctionSpec spec) {
        return Duration.ofSeconds(spec.queue().ttlSeconds())
                .plus(Duration.ofSeconds(spec.limits().timeoutSeconds())
                        .multipliedBy(spec.retry().maxAttempts()))
                .plus(Backoff.totalWait(spec.retry()));
    }
}
