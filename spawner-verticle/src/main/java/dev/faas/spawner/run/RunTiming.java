package dev.faas.spawner.run;

import dev.faas.activation.queue.QueueTable;
import java.time.Duration;

/**
 * Sets the intervals of the protocol, the same on every spawner of a platform. Only tests shorten them.
 *
 * @param keepAlive between two renewals of a lease
 * @param lease how long a run goes on without a confirmed renewal; then its sandbox is killed
 * @param pull how long a pull waits at the broker; it holds a slot meanwhile
 * @param queueTableAge longest pause between two lists of all queues
 * @param reap between two searches for orphaned containers
 */
public record RunTiming(Duration keepAlive, Duration lease, Duration pull, Duration queueTableAge, Duration reap) {
    public static final RunTiming DEFAULT = new RunTiming(
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofMillis(2),
            QueueTable.MAX_AGE,
            Duration.ofSeconds(30));
}
