package dev.faas.cli.http;

import java.time.Duration;

/** How long to go on without an answer.
 *
 * @param request of one request
 * @param outage while waiting for an activation, which goes on without us
 */
public record RetryLimits(Duration request, Duration outage) {
    public static final RetryLimits DEFAULT = new RetryLimits(Duration.ofSeconds(30), Duration.ofMinutes(5));
}
