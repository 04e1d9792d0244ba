package dev.faas.registry.stats;

import dev.faas.activation.Status;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;

/**
 * A row of the table.
 *
 * @param reasons of ends, with how many of each
 * @param waits the times in the queue; {@code runs}: those of the command
 * @param runningSum of what each look at the queues saw
 */
record StatPoint(
        Instant at,
        long submitted,
        Map<Status, Long> ended,
        long attempts,
        long cpuMs,
        JsonObject reasons,
        Histogram waits,
        Histogram runs,
        long queuedMax,
        long runningMax,
        long runningSum) {}
