package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The functions that may have work, or that have runs here, and whose turn it is. Guarded by the lock of {@link Scheduler}. */
final class FunctionQueues {
    private static final int MOST_FUNCTIONS = 20_000;

    private final Map<QueueKey, FunctionQueue> all = new HashMap<>();
    private final FairRotation rotation = new FairRotation();

    FunctionQueue getOrCreate(QueueKey key) {
        return all.computeIfAbsent(key, FunctionQueue::new);
    }

    /** False when there are too many already: a later sweep finds it again. */
    boolean hasRoomFor(QueueKey key) {
        return rotation.size() < MOST_FUNCTIONS || rotation.contains(key);
    }

    /** It gets its turn, from then on. */
    void schedule(FunctionQueue line, long at) {
        if (!rotation.contains(line.key) || at - line.notBefore < 0) {
            line.notBefore = at;
        }
        rotation.add(line.key);
    }

    /** It gets no turn any more. */
    void unschedule(FunctionQueue line) {
        rotation.remove(line.key);
    }

    /**
     * The next whose turn it is.
     *
     * @param mayHaveMore by the limits of its function and its owner
     * @param nearest is lowered to when the next one may be, if none may now
     */
    Optional<FunctionQueue> next(long now, Predicate<FunctionQueue> mayHaveMore, long[] nearest) {
        return rotation.next(key -> mayPull(all.get(key), now, mayHaveMore, nearest))
                .map(all::get);
    }

    private static boolean mayPull(FunctionQueue line, long now, Predicate<FunctionQueue> mayHaveMore, long[] nearest) {
        if (line.pulling || !mayHaveMore.test(line)) {
            return false;
        }
        long wait = line.notBefore - now;
        if (wait > 0) {
            nearest[0] = Math.min(nearest[0], wait);
        }
        return wait <= 0;
    }

    /** After a change of it: one that nothing is known of any more goes. */
    void removeIfUnused(FunctionQueue line) {
        if (line.running == 0 && !line.pulling && !rotation.contains(line.key)) {
            all.remove(line.key, line);
        }
    }

    /** How many runs of each function there are here. */
    Map<QueueKey, Integer> runningByFunction() {
        return all.values().stream()
                .filter(line -> line.running > 0)
                .collect(Collectors.toMap(line -> line.key, line -> line.running));
    }
}
