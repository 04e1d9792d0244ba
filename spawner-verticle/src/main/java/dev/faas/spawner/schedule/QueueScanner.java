package dev.faas.spawner.schedule;

import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.lifecycle.Blocking;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans all queues, without a work notification. Finds work whose notifications were lost, commands of dead spawners, and
 * consumers that were deleted while runs here need them. Scans every two seconds where that is cheap, and less often where
 * the scan, or the pulls that follow, would cost too much.
 */
public final class QueueScanner {
    private static final Logger LOG = LoggerFactory.getLogger(QueueScanner.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(2);
    /** At most this fraction (1/n) of the time is spent scanning. */
    private static final int TIME_SHARE = 50;
    /** At most this fraction (1/n) of the slots is spent on pulls that find nothing. */
    private static final int SLOT_SHARE = 10;

    private final CommandSource source;
    private final PullLoop pullLoop;
    private final int slots;
    private final Duration pull;
    private final Duration longestPause;

    /**
     * @param pull how long a pull that finds nothing holds a slot
     * @param longestPause between two scans
     */
    public QueueScanner(CommandSource source, PullLoop pullLoop, int slots, Duration pull, Duration longestPause) {
        this.source = source;
        this.pullLoop = pullLoop;
        this.slots = slots;
        this.pull = pull;
        this.longestPause = longestPause;
    }

    /** Scans once and returns the pause until the next scan. Blocks. */
    public Duration scan() throws InterruptedException {
        long started = System.nanoTime();
        var allStats = Blocking.awaitReply(source.allStats());
        var runs = pullLoop.runningByFunction();
        recreateDeletedQueues(runs.keySet(), allStats);
        var withWork = allStats.stream()
                .filter(stats -> hasWork(stats, runs))
                .map(QueueStats::key)
                .toList();
        withWork.forEach(pullLoop::workMayExist);
        return pauseAfter(Duration.ofNanos(System.nanoTime() - started), withWork.size());
    }

    /** A command that was pulled but does not run here may be redelivered at any time. */
    private static boolean hasWork(QueueStats stats, Map<QueueKey, Integer> runs) {
        return stats.queued() > 0 || stats.running() > runs.getOrDefault(stats.key(), 0);
    }

    /** Without the consumer a run cannot renew its lease, and would be lost. */
    private void recreateDeletedQueues(Set<QueueKey> running, List<QueueStats> allStats) throws InterruptedException {
        var existing = allStats.stream().map(QueueStats::key).collect(Collectors.toSet());
        for (var key : running) {
            if (!existing.contains(key)) {
                LOG.warn("queue was missing while runs need it function={}", key.function());
                Blocking.awaitReply(source.createQueue(key));
            }
        }
    }

    Duration pauseAfter(Duration took, int pulls) {
        var forTheBroker = took.multipliedBy(TIME_SHARE);
        var forTheSlots = pull.multipliedBy(pulls).multipliedBy(SLOT_SHARE).dividedBy(slots);
        var cheap = longer(forTheBroker, forTheSlots);
        return shorter(longer(cheap, SHORTEST_PAUSE), longestPause);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
