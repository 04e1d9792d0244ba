package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decides which function's activation runs next on this spawner, and takes the slot for it. {@link FairRotation} orders the
 * owners and their functions; a function is eligible when a pull may find work, none is under way, and neither its
 * concurrency nor its owner's share is used up. Within a function the broker's order holds. One lock guards everything.
 * Thread-safe.
 *
 * <pre>
 *              ┌─ pullFoundNothing, pullAgain ─▶ slot free
 *   nextQueue ─┤
 *   (slot)     └─ commandReceived … runRegistered ─┐
 *   takeSlotFor (slot) ────────────────────────────┴─▶ running ── runEnded ─▶ slot free
 * </pre>
 */
final class Scheduler {
    private final Slots slots;
    private final ToIntFunction<QueueKey> functionLimit;
    private final FunctionQueues queues = new FunctionQueues();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Pulls without a result, and commands whose run is not registered yet. */
    private int pending;

    private boolean paused;
    private boolean closed;

    /** @param functionLimit how many commands of a function may run at once */
    Scheduler(Slots slots, ToIntFunction<QueueKey> functionLimit) {
        this.slots = slots;
        this.functionLimit = functionLimit;
    }

    /** A function may have work; it gets a turn after the delay. */
    void workMayExist(QueueKey key, Duration delay) {
        lock.lock();
        try {
            if (closed || !queues.hasRoomFor(key)) {
                return;
            }
            var queue = queues.getOrCreate(key);
            queue.knownEmpty = false;
            queue.notifiedDuringPull = queue.pulling;
            queues.schedule(queue, System.nanoTime() + delay.toNanos());
            if (mayBeNext(queue)) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an eligible function and a slot, and takes both; null once closed. */
    @Nullable
    FunctionQueue nextQueue() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = System.nanoTime();
                var nearestWait = new long[] {Long.MAX_VALUE};
                if (!paused && slots.tryTake()) {
                    var next = queues.next(now, this::isBelowLimits, nearestWait);
                    if (next.isPresent()) {
                        var queue = next.get();
                        slots.assign(queue.key.owner());
                        queue.pulling = true;
                        queue.notifiedDuringPull = false;
                        pending++;
                        return queue;
                    }
                    slots.release();
                }
                var unused = changed.awaitNanos(nearestWait[0]);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Every command brings a notification, so one that cannot lead to a turn now must not wake the thread. A freed slot wakes
     * it anyway; a raised limit is seen at the next notification, or within a second by {@link #setPaused}.
     */
    private boolean mayBeNext(FunctionQueue queue) {
        if (paused || queue.pulling || !slots.tryTake()) {
            return false;
        }
        boolean may = isBelowLimits(queue);
        slots.release();
        return may;
    }

    private boolean isBelowLimits(FunctionQueue queue) {
        return queue.running < functionLimit.applyAsInt(queue.key) && slots.canAssign(queue.key.owner());
    }

    /** The function gets no turn until the next work notification. */
    void pullFoundNothing(FunctionQueue queue) {
        endPull(queue, () -> {
            if (!queue.notifiedDuringPull) {
                queues.unschedule(queue);
            }
        });
    }

    /** The pull brought no command, but another may, after a pause. */
    void pullAgain(FunctionQueue queue, Duration pause) {
        endPull(queue, () -> {
            if (pause.isPositive()) {
                queue.notBefore = System.nanoTime() + pause.toNanos();
            }
        });
    }

    private void endPull(FunctionQueue queue, Runnable consequence) {
        locked(() -> {
            consequence.run();
            queue.pulling = false;
            pending--;
            slots.release(queue.key.owner());
            queues.removeIfUnused(queue);
            return null;
        });
    }

    /**
     * The pull brought a command, which keeps the slot until {@link #runEnded}. {@link #runRegistered} must follow.
     *
     * @param moreWaiting whether another command may wait behind it
     * @return false when the scheduler is closed, so the command must not be run
     */
    boolean commandReceived(FunctionQueue queue, boolean moreWaiting) {
        return locked(() -> {
            queue.pulling = false;
            queue.knownEmpty = !moreWaiting && !queue.notifiedDuringPull;
            if (queue.knownEmpty) {
                queues.unschedule(queue);
            }
            queue.running++;
            return !closed;
        });
    }

    /** The run is in {@code Runs} now, so a stop that waits for runs sees it. */
    void runRegistered() {
        locked(() -> {
            pending--;
            return null;
        });
    }

    /** Takes a slot for a command that arrived without a turn; empty when none is free. */
    Optional<FunctionQueue> takeSlotFor(QueueKey key) {
        return locked(() -> {
            if (closed || !slots.tryTake()) {
                return Optional.empty();
            }
            slots.assign(key.owner());
            var queue = queues.getOrCreate(key);
            queue.running++;
            return Optional.of(queue);
        });
    }

    /** Frees the slot. The function gets another turn unless its queue is known to be empty. */
    void runEnded(FunctionQueue queue) {
        locked(() -> {
            queue.running--;
            slots.release(queue.key.owner());
            if (!queue.knownEmpty && !closed) {
                queues.schedule(queue, System.nanoTime());
            }
            queues.removeIfUnused(queue);
            return null;
        });
    }

    Map<QueueKey, Integer> runningByFunction() {
        return locked(queues::runningByFunction);
    }

    /** While paused no function gets a turn. */
    void setPaused(boolean on) {
        locked(() -> {
            paused = on;
            return null;
        });
    }

    /** Gives no more turns, and waits for pending pulls up to the limit. */
    void close(Duration limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closed = true;
            changed.signalAll();
            long left = limit.toNanos();
            while (pending > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> change) {
        lock.lock();
        try {
            return change.get();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }
}
