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
 * Whose turn it is to be asked for work, and the slot that it is asked for: all that is known of the functions, behind one
 * lock. One thread waits for the next turn; everything else only changes what it sees. Thread-safe.
 *
 * <pre>
 *              ┌─ nothing, askAgain ─▶ slot free
 *   next ──────┤
 *   (slot)     └─ begins … begun ──┐
 *   takeUp (slot) ─────────────────┴─▶ runs ── ended ─▶ slot free
 * </pre>
 */
final class Scheduler {
    private final Slots slots;
    private final ToIntFunction<QueueKey> limit;
    private final FunctionQueues lines = new FunctionQueues();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Turns of which nothing is known yet. */
    private int open;

    private boolean held;
    private boolean closed;

    /** @param limit the most commands of a function at once */
    Scheduler(Slots slots, ToIntFunction<QueueKey> limit) {
        this.slots = slots;
        this.limit = limit;
    }

    /** A function may have work, from then on. */
    void workMayExist(QueueKey key, Duration delay) {
        lock.lock();
        try {
            if (closed || !lines.hasRoomFor(key)) {
                return;
            }
            var line = lines.getOrCreate(key);
            line.knownEmpty = false;
            line.notifiedDuringPull = line.pulling;
            lines.schedule(line, System.nanoTime() + delay.toNanos());
            if (mayBeNext(line)) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a function whose turn it is and a slot for it, and takes both; null at the end. */
    @Nullable
    FunctionQueue nextQueue() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = System.nanoTime();
                var nearest = new long[] {Long.MAX_VALUE};
                if (!held && slots.tryTake()) {
                    var line = lines.next(now, this::mayHaveMore, nearest);
                    if (line.isPresent()) {
                        slots.assign(line.get().key.owner());
                        line.get().pulling = true;
                        line.get().notifiedDuringPull = false;
                        open++;
                        return line.get();
                    }
                    slots.release();
                }
                var unused = changed.awaitNanos(nearest[0]);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Each command is a sign: one that cannot lead to a turn yet wakes nobody. Whatever frees a slot does that, and who is
     * allowed more than before is looked at with the next sign, or when the engine is ({@link #hold}), once a second.
     */
    private boolean mayBeNext(FunctionQueue line) {
        if (held || line.pulling || !slots.tryTake()) {
            return false;
        }
        boolean may = mayHaveMore(line);
        slots.release();
        return may;
    }

    private boolean mayHaveMore(FunctionQueue line) {
        return line.running < limit.applyAsInt(line.key) && slots.canAssign(line.key.owner());
    }

    /** The turn came to nothing, and until the next sign there is none. */
    void pullFoundNothing(FunctionQueue line) {
        over(line, () -> {
            if (!line.notifiedDuringPull) {
                lines.unschedule(line);
            }
        });
    }

    /** The turn came to nothing, but the next may come to more, after a pause. */
    void pullAgain(FunctionQueue line, Duration pause) {
        over(line, () -> {
            if (pause.isPositive()) {
                line.notBefore = System.nanoTime() + pause.toNanos();
            }
        });
    }

    private void over(FunctionQueue line, Runnable consequence) {
        locked(() -> {
            consequence.run();
            line.pulling = false;
            open--;
            slots.release(line.key.owner());
            lines.removeIfUnused(line);
            return null;
        });
    }

    /**
     * The turn came to a command, which gets the slot until it has {@link #ended}; {@link #begun} is to follow.
     *
     * @param more perhaps waits behind it
     * @return false when it comes too late to be run
     */
    boolean commandReceived(FunctionQueue line, boolean more) {
        return locked(() -> {
            line.pulling = false;
            line.knownEmpty = !more && !line.notifiedDuringPull;
            if (line.knownEmpty) {
                lines.unschedule(line);
            }
            line.running++;
            return !closed;
        });
    }

    /** A run that was about to begin is known to {@link Runs} by now: only then a stop does not overlook it. */
    void runRegistered() {
        locked(() -> {
            open--;
            return null;
        });
    }

    /** A slot for a command that comes out of turn; empty when none is free. */
    Optional<FunctionQueue> takeSlotFor(QueueKey key) {
        return locked(() -> {
            if (closed || !slots.tryTake()) {
                return Optional.empty();
            }
            slots.assign(key.owner());
            var line = lines.getOrCreate(key);
            line.running++;
            return Optional.of(line);
        });
    }

    /** A run of it is over: its slot is free, and it gets a turn unless the broker said that nothing else waits. */
    void runEnded(FunctionQueue line) {
        locked(() -> {
            line.running--;
            slots.release(line.key.owner());
            if (!line.knownEmpty && !closed) {
                lines.schedule(line, System.nanoTime());
            }
            lines.removeIfUnused(line);
            return null;
        });
    }

    /** How many runs of each function there are here. */
    Map<QueueKey, Integer> runningByFunction() {
        return locked(lines::runningByFunction);
    }

    /** No turns for as long as it is on. */
    void setPaused(boolean on) {
        locked(() -> {
            held = on;
            return null;
        });
    }

    /** No turns any more; returns when those that were given have come to something, or after the limit. */
    void close(Duration limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closed = true;
            changed.signalAll();
            long left = limit.toNanos();
            while (open > 0 && left > 0) {
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
