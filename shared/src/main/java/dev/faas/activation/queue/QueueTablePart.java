package dev.faas.activation.queue;

import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.wire.Versioned;
import java.util.List;
import java.util.Objects;

/** One message of a published table of queues.
 *
 * @param table id of the table, unique
 * @param part from 0
 * @param tookMillis how long the listing took
 */
public record QueueTablePart(String table, int part, int parts, long tookMillis, List<QueueStats> queues)
        implements Versioned {
    public QueueTablePart {
        Objects.requireNonNull(table);
        queues = List.copyOf(queues);
    }
}
