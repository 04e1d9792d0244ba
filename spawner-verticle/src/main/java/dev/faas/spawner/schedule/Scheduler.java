package dev.faas.spawner.schedule;

import dev.faas.spawner.engine.Budget;
import dev.faas.wire.Capacity;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decides which function's activation runs next on this spawner, and takes for it a slot and the memory and processes that its
 * container needs. {@link FairRotation} orders the
 * owners and their functions; a function is eligible when a pull may find work, none is under way, and neither its
 * concurrency nor its owner's share is used up. Within a function the broker's order holds. One lock guards everything.
 * Thread-safe.
 *
 * <pre>
 *              ┌─ pullFoundNothing, pullAgain ─▶ place free
 *   nextTurn ──┤
 *   (place)    └─ commandReceived … runRegistered ─┐
 *   takePlaceFor (place) ──────────────────────────┴─▶ running ── runEnded ─▶ place free
 * </pre>
 *
 * <p>A function whose need is not free is skipped. After {@link #ROOM_PATIENCE} none behind it in turn is served before it, so
 * that small functions do not keep out a large one.
 *
 * <p>The broker notifies one spawner of each command. One that cannot start it offers it to the others, and keeps it in mind
 * itself until that is taken. One that has a slot and no work of its own asks those that
 * offered before.
 */
final class Scheduler {
    private record WorkSource(String spawner, String owner, Capacity need) {}

    /** What the pulling thread does next. */
    sealed interface Turn {
        record Pull(RunPlace place) implements Turn {}

        /** Work of this function waits for a slot here: another spawner may have one. */
        record Offer(QueueKey key) implements Turn {}

        /** That spawner offered work before, and there is a slot for more now. */
        record RequestOffers(String spawner) implements Turn {}
    }

    /** Between two offers of the same function. */
    private static final Duration OFFER_PAUSE = Duration.ofMillis(25);

    /** Before a pull is repeated that found nothing despite a notification; doubles each time. */
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(25);

    static final Duration ROOM_PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_DOUBLINGS = 4;
    private static final int MAX_SOURCES = 64;

    private final Slots slots;
    private final Budget budget;
    private final ToIntFunction<QueueKey> functionLimit;
    private final Function<QueueKey, Capacity> functionNeed;
    private final LongSupplier nanos;
    private final FunctionQueues queues = new FunctionQueues();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Pulls without a result, and commands whose run is not registered yet. */
    private int pending;

    /** Queues that may have more work than was pulled, and were not offered yet. */
    private final Set<FunctionQueue> unoffered = new LinkedHashSet<>();
    /** Where more work of an owner may wait: it was offered from there. */
    private final Set<WorkSource> workSources = new LinkedHashSet<>();

    private boolean paused;
    private boolean closed;

    /**
     * @param budget of the runs here
     * @param functionLimit how many commands of a function may run at once
     * @param functionNeed what one of them needs, as far as is known
     * @param nanos {@link System#nanoTime}
     */
    Scheduler(
            Slots slots,
            Budget budget,
            ToIntFunction<QueueKey> functionLimit,
            Function<QueueKey, Capacity> functionNeed,
            LongSupplier nanos) {
        this.slots = slots;
        this.budget = budget;
        this.functionLimit = functionLimit;
        this.functionNeed = functionNeed;
        this.nanos = nanos;
    }

    /** A function may have work. */
    void workMayExist(QueueKey key) {
        locked(() -> announce(key));
    }

    /**
     * The broker notified this spawner alone.
     *
     * @return false when it cannot be remembered
     */
    boolean workArrived(QueueKey key) {
        return locked(() -> expectCommand(key));
    }

    /** There is a command, which nobody else was told to pull; it is offered if another function gets the slot. */
    private boolean expectCommand(QueueKey key) {
        var queue = announce(key);
        if (queue == null) {
            return false;
        }
        queue.notified = true;
        unoffered.add(queue);
        return true;
    }

    /**
     * Work waits for a slot at another spawner: it gets a turn if there is a slot here.
     *
     * @return whether there is one
     */
    boolean workOffered(QueueKey key, String origin) {
        return locked(() -> {
            pullAfterNextEnd(key);
            if (workSources.size() < MAX_SOURCES) {
                workSources.add(new WorkSource(origin, key.owner(), functionNeed.apply(key)));
            }
            return !paused
                    && !closed
                    && slots.hasSlotFor(key.owner())
                    && budget.fits(functionNeed.apply(key))
                    && expectCommand(key);
        });
    }

    /** Another spawner pulls what this one offered. */
    void offerTaken(QueueKey key) {
        locked(() -> {
            var queue = queues.find(key);
            if (queue != null && !queue.pulling && !queue.announcedSinceOffer) {
                queues.unschedule(queue);
                queues.removeIfUnused(queue);
            }
            return null;
        });
    }

    /** Another spawner found no command: if runs of the function here use up its limit, the end of one lets the next begin. */
    void limitReached(QueueKey key) {
        locked(() -> {
            pullAfterNextEnd(key);
            return null;
        });
    }

    private void pullAfterNextEnd(QueueKey key) {
        var queue = queues.find(key);
        if (queue != null && queue.running > 0) {
            queue.knownEmpty = false;
        }
    }

    /** Functions that may have work and cannot get a slot, or what they need, here now; in the order of their turns. */
    List<QueueKey> waitingForSlots(int max) {
        return locked(() -> queues.scheduled()
                .filter(queue -> paused || closed || waitsForSlot(queue))
                .limit(max)
                .map(queue -> queue.key)
                .toList());
    }

    /** A function at its limit does not wait for a slot: the end of one of its runs lets the next begin here. */
    private boolean waitsForSlot(FunctionQueue queue) {
        return !queue.pulling
                && !isAtLimit(queue)
                && !(slots.hasSlotFor(queue.key.owner()) && budget.fits(need(queue)));
    }

    private @Nullable FunctionQueue announce(QueueKey key) {
        if (closed || !queues.hasRoomFor(key)) {
            return null;
        }
        var queue = queues.getOrCreate(key);
        queue.knownEmpty = false;
        queue.announcedDuringPull = queue.pulling;
        queue.announcedSinceOffer = true;
        queues.schedule(queue, nanos.getAsLong() + backoff(queue));
        return queue;
    }

    private static long backoff(FunctionQueue queue) {
        return queue.vainPulls == 0 ? 0 : FIRST_BACKOFF.toNanos() << Math.min(queue.vainPulls - 1, MAX_DOUBLINGS);
    }

    private boolean isAtLimit(FunctionQueue queue) {
        return queue.running >= functionLimit.applyAsInt(queue.key);
    }

    /** Waits for an eligible function and takes a slot for it, or for something to tell the other spawners; null once closed. */
    @Nullable
    Turn nextTurn() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                var nearestWait = new long[] {Long.MAX_VALUE};
                var turn = takeNext(nearestWait).or(() -> nextMessage(nearestWait));
                if (turn.isPresent()) {
                    return turn.get();
                }
                var unused = changed.awaitNanos(nearestWait[0]);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a place for the next eligible function.
     *
     * @param nearestWait set to the nanoseconds until the first function becomes eligible, if that is shorter
     */
    Optional<Turn> takeNext(long[] nearestWait) {
        if (paused || !slots.tryTake()) {
            return Optional.empty();
        }
        long now = nanos.getAsLong();
        var next = queues.next(now, this::isBelowLimits, new RoomTest(now), nearestWait);
        if (next.isEmpty() || !budget.tryTake(need(next.get()))) {
            slots.release();
            return Optional.empty();
        }
        var queue = next.get();
        var place = new RunPlace(queue, need(queue));
        queue.lackingRoomSince = null;
        slots.assign(queue.key.owner());
        queue.pulling = true;
        queue.announcedDuringPull = false;
        unoffered.remove(queue);
        pending++;
        return Optional.of(new Turn.Pull(place));
    }

    private Capacity need(FunctionQueue queue) {
        var refused = queue.refusedNeed;
        return refused == null ? functionNeed.apply(queue.key) : refused;
    }

    /** Tests the functions in the order of their turns, once. */
    private final class RoomTest implements Predicate<FunctionQueue> {
        private final long now;
        /** One before this has waited long enough to get what is freed next. */
        private boolean isKept;

        RoomTest(long now) {
            this.now = now;
        }

        @Override
        public boolean test(FunctionQueue queue) {
            var need = need(queue);
            if (!isKept && budget.fits(need)) {
                return true;
            }
            if (budget.total().holds(need)) {
                if (queue.lackingRoomSince == null) {
                    queue.lackingRoomSince = now;
                }
                isKept |= now - queue.lackingRoomSince >= ROOM_PATIENCE.toNanos();
            }
            return false;
        }
    }

    private Optional<Turn> nextMessage(long[] nearestWait) {
        long now = nanos.getAsLong();
        for (var each = unoffered.iterator(); each.hasNext(); ) {
            var queue = each.next();
            long wait = queue.offeredAt + OFFER_PAUSE.toNanos() - now;
            if (!queues.isScheduled(queue) || isAtLimit(queue)) {
                each.remove();
            } else if (paused || waitsForSlot(queue)) {
                if (wait <= 0) {
                    each.remove();
                    queue.offeredAt = now;
                    queue.announcedSinceOffer = false;
                    return Optional.of(new Turn.Offer(queue.key));
                }
                nearestWait[0] = Math.min(nearestWait[0], wait);
            }
        }
        if (!paused) {
            for (var source : workSources) {
                if (slots.hasSlotFor(source.owner()) && budget.fits(source.need())) {
                    workSources.remove(source);
                    return Optional.of(new Turn.RequestOffers(source.spawner()));
                }
            }
        }
        return Optional.empty();
    }

    private boolean isBelowLimits(FunctionQueue queue) {
        return !isAtLimit(queue) && slots.canAssign(queue.key.owner());
    }

    /**
     * The function gets no turn until work is announced again, or, if this spawner alone had been notified, one more soon.
     *
     * @return whether it had been notified: the function may be at its limit by runs elsewhere
     */
    boolean pullFoundNothing(RunPlace place) {
        var queue = place.queue;
        boolean wasNotified = queue.notified;
        endPull(place, () -> {
            if (wasNotified) {
                queue.vainPulls++;
                queue.notBefore = nanos.getAsLong() + backoff(queue);
                queue.notified = queue.announcedDuringPull;
            } else if (!queue.announcedDuringPull) {
                queues.unschedule(queue);
            }
        });
        return wasNotified;
    }

    /** The pull brought no command, but another may, after a pause. */
    void pullAgain(RunPlace place, Duration pause) {
        endPull(place, () -> {
            if (pause.isPositive()) {
                place.queue.notBefore = nanos.getAsLong() + pause.toNanos();
            }
        });
    }

    private void endPull(RunPlace place, Runnable consequence) {
        var queue = place.queue;
        locked(() -> {
            consequence.run();
            queue.pulling = false;
            if (queues.isScheduled(queue)) {
                unoffered.add(queue);
            }
            pending--;
            budget.release(place.need);
            slots.release(queue.key.owner());
            queues.removeIfUnused(queue);
            return null;
        });
    }

    /**
     * The pull brought a command, which keeps its place until {@link #runEnded}. {@link #runRegistered} must follow.
     *
     * @param moreWaiting whether another command may wait behind it
     * @return false when the scheduler is closed, so the command must not be run
     */
    boolean commandReceived(RunPlace place, boolean moreWaiting) {
        var queue = place.queue;
        return locked(() -> {
            queue.pulling = false;
            queue.knownEmpty = !moreWaiting && !queue.announcedDuringPull;
            queue.notified = queue.announcedDuringPull;
            queue.vainPulls = 0;
            queue.running++;
            if (queue.knownEmpty) {
                queues.unschedule(queue);
            } else {
                unoffered.add(queue);
            }
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

    /** Takes a place for a command that arrived without a turn; empty when none is free. */
    Optional<RunPlace> takePlaceFor(QueueKey key) {
        return locked(() -> {
            if (closed || !slots.tryTake()) {
                return Optional.empty();
            }
            var need = functionNeed.apply(key);
            if (!budget.tryTake(need)) {
                slots.release();
                return Optional.empty();
            }
            slots.assign(key.owner());
            var queue = queues.getOrCreate(key);
            queue.running++;
            return Optional.of(new RunPlace(queue, need));
        });
    }

    /**
     * Tells what the run needs, which may be more or less than its function's current revision does.
     *
     * @return false if that does not fit: the run must not begin. The function's next turn is when it does.
     */
    boolean correctNeed(RunPlace place, Capacity need) {
        var queue = place.queue;
        if (place.need.equals(need) && queue.refusedNeed == null) {
            return true;
        }
        return locked(() -> {
            boolean fits = budget.tryExchange(place.need, need);
            if (fits) {
                place.need = need;
            }
            queue.refusedNeed = fits || !budget.total().holds(need) ? null : need;
            return fits;
        });
    }

    /** There may be more to take now. */
    void budgetChanged() {
        locked(() -> null);
    }

    /** Frees the place. The function gets another turn unless its queue is known to be empty. */
    void runEnded(RunPlace place) {
        var queue = place.queue;
        locked(() -> {
            queue.running--;
            budget.release(place.need);
            slots.release(queue.key.owner());
            if (!queue.knownEmpty && !closed) {
                queues.schedule(queue, nanos.getAsLong());
            }
            queues.removeIfUnused(queue);
            return null;
        });
    }

    Map<QueueKey, Integer> runningByFunction() {
        return locked(queues::runningByFunction);
    }

    /** While paused no function gets a turn. Returns whether this is a change. */
    boolean setPaused(boolean on) {
        return locked(() -> {
            boolean isChange = paused != on;
            paused = on;
            return isChange;
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
