package dev.faas.spawner.schedule;

import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.queue.QueueTable.Table;
import dev.faas.wire.Subjects.QueueKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads each new table of all queues. Finds work whose notification was lost, commands of dead spawners, and consumers that
 * were deleted while runs here need them. Each queue is looked into by one spawner, another one each time. Nothing here blocks.
 */
public final class QueueScanner {
    private static final Logger LOG = LoggerFactory.getLogger(QueueScanner.class);
    /** Pulls of one scan that may find nothing, for each slot: together they hold it for a twentieth of the time between scans. */
    private static final int VAIN_PULLS_A_SLOT = 32;

    private final CommandSource source;
    private final PullLoop pullLoop;
    private final int slots;
    private final String self;
    private final Supplier<List<String>> spawners;

    /**
     * @param self id of this spawner
     * @param spawners ids of the spawners that are alive and take work
     */
    public QueueScanner(
            CommandSource source, PullLoop pullLoop, int slots, String self, Supplier<List<String>> spawners) {
        this.source = source;
        this.pullLoop = pullLoop;
        this.slots = slots;
        this.self = self;
        this.spawners = spawners;
    }

    public void scan(Table table) {
        var runs = pullLoop.runningByFunction();
        recreateDeletedQueues(runs.keySet(), table.queues());
        var able = spawners.get().stream().sorted().toList();
        var own = table.queues().stream()
                .filter(stats -> isOwn(stats.key(), table.id(), able))
                .toList();
        own.stream()
                .filter(stats -> stats.queued() > 0 && stats.running() < stats.limit())
                .forEach(stats -> pullLoop.workMayExist(stats.key()));
        own.stream()
                .filter(stats -> mayBeRedelivered(stats, runs))
                .limit((long) VAIN_PULLS_A_SLOT * slots)
                .forEach(stats -> pullLoop.workMayExist(stats.key()));
    }

    /** All spawners read the same table, so one of them finds that the queue is its own. */
    private boolean isOwn(QueueKey key, String table, List<String> able) {
        return able.isEmpty()
                || able.get(Math.floorMod(Objects.hash(key, table), able.size()))
                        .equals(self);
    }

    /** A command that was pulled but does not run here may be redelivered at any time, even at the function's limit. */
    private static boolean mayBeRedelivered(QueueStats stats, Map<QueueKey, Integer> runs) {
        return stats.running() > runs.getOrDefault(stats.key(), 0);
    }

    /** Without the consumer a run cannot renew its lease, and would be lost. */
    private void recreateDeletedQueues(Set<QueueKey> running, List<QueueStats> table) {
        var existing = table.stream().map(QueueStats::key).collect(Collectors.toSet());
        for (var key : running) {
            if (!existing.contains(key)) {
                LOG.debug("queue may be missing while runs need it function={}", key.function());
                var unused = source.createQueue(key).exceptionally(failure -> {
                    LOG.warn("queue not created function={} cause={}", key.function(), failure.toString());
                    return null;
                });
            }
        }
    }
}
