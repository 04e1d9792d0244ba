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
 * Looks at all queues without a hint: finds the work of which every hint was lost, what died with its spawner, and consumers
 * that somebody has deleted under our runs. As often as it is cheap: every two seconds where there is little, at the longest
 * pause where the look itself, or the questions to queues that follow from it, would be felt.
 */
public final class QueueScanner {
    private static final Logger LOG = LoggerFactory.getLogger(QueueScanner.class);
    private static final Duration SHORTEST = Duration.ofSeconds(2);
    /** Of the time one part in so many goes into looking, and of the slots one in so many into asking in vain. */
    private static final int TIME_SHARE = 50;

    private static final int SLOT_SHARE = 10;

    private final CommandSource supply;
    private final PullLoop queues;
    private final int slots;
    private final Duration pull;
    private final Duration longest;

    /**
     * @param pull how long a question that finds nothing takes a slot
     * @param longest pause
     */
    public QueueScanner(CommandSource supply, PullLoop queues, int slots, Duration pull, Duration longest) {
        this.supply = supply;
        this.queues = queues;
        this.slots = slots;
        this.pull = pull;
        this.longest = longest;
    }

    /** Once; the pause until the next. Blocks. */
    public Duration scan() throws InterruptedException {
        long began = System.nanoTime();
        var standings = Blocking.answer(supply.allStats());
        var runs = queues.runningByFunction();
        makeDeleted(runs.keySet(), standings);
        var signs = standings.stream()
                .filter(standing -> hasWork(standing, runs))
                .map(QueueStats::key)
                .toList();
        signs.forEach(queues::workMayExist);
        return pauseAfter(Duration.ofNanos(System.nanoTime() - began), signs.size());
    }

    /** What is taken and does not run here may become free at any time. */
    private static boolean hasWork(QueueStats standing, Map<QueueKey, Integer> runs) {
        return standing.queued() > 0 || standing.running() > runs.getOrDefault(standing.key(), 0);
    }

    /** Without its consumer a run cannot be kept alive: it would be lost with its lease. */
    private void makeDeleted(Set<QueueKey> running, List<QueueStats> standings) throws InterruptedException {
        var there = standings.stream().map(QueueStats::key).collect(Collectors.toSet());
        for (var key : running) {
            if (!there.contains(key)) {
                LOG.warn("the queue of {} is gone, and has runs: made again", key.function());
                Blocking.answer(supply.createQueue(key));
            }
        }
    }

    Duration pauseAfter(Duration took, int signs) {
        var forTheBroker = took.multipliedBy(TIME_SHARE);
        var forTheSlots = pull.multipliedBy(signs).multipliedBy(SLOT_SHARE).dividedBy(slots);
        var cheap = longer(forTheBroker, forTheSlots);
        return shorter(longer(cheap, SHORTEST), longest);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
