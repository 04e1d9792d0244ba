package dev.faas.registry.quota;

import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.queue.QueueTable;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Counts the queued activations of each owner, as of a few seconds ago. Thread-safe. */
public final class QueuedCounts implements ToLongFunction<String> {
    private volatile Map<String, Long> byOwner = Map.of();

    public QueuedCounts(QueueTable table) {
        table.onTable(latest -> byOwner = latest.queues().stream()
                .collect(Collectors.groupingBy(
                        stats -> stats.key().owner(), Collectors.summingLong(QueueStats::queued))));
    }

    @Override
    public long applyAsLong(String owner) {
        return byOwner.getOrDefault(owner, 0L);
    }
}
