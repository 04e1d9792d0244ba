package dev.faas.spawner.run;

import java.time.Duration;

/**
 * The rhythm of the protocol, the same on every spawner of a platform; only tests hurry it.
 *
 * @param keepAlive how often a run tells the queue that it goes on
 * @param lease a run whose last confirmed sign is older than this kills its sandbox
 * @param pull how long a request for work waits at the broker
 * @param sweep how often queues are looked at without a hint, at least
 * @param reap how often orphaned containers are looked for
 */
public record RunTiming(Duration keepAlive, Duration lease, Duration pull, Duration scan, Duration reap) {
    public static final RunTiming DEFAULT = new RunTiming(
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofMillis(250),
            Duration.ofSeconds(8),
            Duration.ofSeconds(30));
}
