package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps the queues that may have work or have runs here. Guarded by the lock of {@link Scheduler}. */
final class FunctionQueues {
    private static final int MAX_FUNCTIONS = 20_000;

    private final Map<QueueKey, FunctionQueue> byKey = new HashMap<>();
    private final FairRotation rotation = new FairRotation();

    FunctionQueue getOrCreate(QueueKey key) {
        return byKey.computeIfAbsent(key, FunctionQueue::new);
    }

    @Nullable
    FunctionQueue find(QueueKey key) {
        return byKey.get(key);
    }

    /** If false, the next queue scan finds the work again. */
    boolean hasRoomFor(QueueKey key) {
        return rotation.size() < MAX_FUNCTIONS || rotation.contains(key);
    }

    /** Gives the queue a turn, not before {@code at}. */
    void schedule(FunctionQueue queue, long at) {
        if (!rotation.contains(queue.key) || at - queue.notBefore < 0) {
            queue.notBefore = at;
        }
        rotation.add(queue.key);
    }

    boolean isScheduled(FunctionQueue queue) {
        return rotation.contains(queue.key);
    }

    void unschedule(FunctionQueue queue) {
        queue.lackingRoomSince = null;
        rotation.remove(queue.key);
    }

    /**
     * Takes the next eligible queue in turn.
     *
     * @param isBelowLimits whether the limits of its function and its owner allow one more run
     * @param hasRoom whether what it needs is free; asked last
     * @param nearestWait set to the nanoseconds until the first queue becomes eligible, if that is shorter
     */
    Optional<FunctionQueue> next(
            long now, Predicate<FunctionQueue> isBelowLimits, Predicate<FunctionQueue> hasRoom, long[] nearestWait) {
        return rotation.next(key -> {
                    var queue = byKey.get(key);
                    return mayPull(queue, now, isBelowLimits, nearestWait) && hasRoom.test(queue);
                })
                .map(byKey::get);
    }

    private static boolean mayPull(
            FunctionQueue queue, long now, Predicate<FunctionQueue> isBelowLimits, long[] nearestWait) {
        if (queue.pulling || !isBelowLimits.test(queue)) {
            return false;
        }
        long wait = queue.notBefore - now;
        if (wait > 0) {
            nearestWait[0] = Math.min(nearestWait[0], wait);
        }
        return wait <= 0;
    }

    /** Queues that may have work, in the order of their turns. */
    Stream<FunctionQueue> scheduled() {
        return rotation.keys().map(byKey::get);
    }

    void removeIfUnused(FunctionQueue queue) {
        if (queue.running == 0 && !queue.pulling && !rotation.contains(queue.key)) {
            byKey.remove(queue.key, queue);
        }
    }

    Map<QueueKey, Integer> runningByFunction() {
        return byKey.values().stream()
                .filter(queue -> queue.running > 0)
                .collect(Collectors.toMap(queue -> queue.key, queue -> queue.running));
    }
}
