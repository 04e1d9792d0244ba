package dev.faas.spawner.pool;

import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.engine.SandboxUnavailable.NoRoom;
import dev.faas.wire.Capacity;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Gives each container what it needs of the spawner's part of the host, from before its boot until it is removed. Boots that
 * runs wait for are served in the order of their arrival, and idle sandboxes are discarded for them. Boots ahead of demand
 * leave a quarter free, so that the next run need not wait for a removal. Guarded by the lock of {@link SandboxPool}.
 */
final class BootRoom {
    private static final int PARTS_FOR_RUNS = 4;

    private final ReentrantLock lock;
    private final Condition changed;
    private final Budget containers;
    private final Consumer<Capacity> discardIdle;
    private final Deque<BootGate.Turn> runsWait = new ArrayDeque<>();
    /** Of containers that are being removed. */
    private Capacity leaving = Capacity.NONE;

    /**
     * @param lock of the pool
     * @param discardIdle begins to remove idle sandboxes until {@link #willFit}
     */
    BootRoom(ReentrantLock lock, Budget containers, Consumer<Capacity> discardIdle) {
        this.lock = lock;
        this.changed = lock.newCondition();
        this.containers = containers;
        this.discardIdle = discardIdle;
    }

    /**
     * Takes what a container needs. Blocks while a run waits for this boot. Call it without the lock.
     *
     * @return false if it does not fit now, and no run waits
     */
    boolean take(Capacity need, BootGate.Turn turn) throws InterruptedException, NoRoom {
        lock.lockInterruptibly();
        try {
            if (turn.isUrgent()) {
                takeForRun(need, turn);
                return true;
            }
            return runsWait.isEmpty()
                    && forBootsAhead().holds(containers.used().plus(need))
                    && containers.tryTake(need);
        } finally {
            lock.unlock();
        }
    }

    private void takeForRun(Capacity need, BootGate.Turn turn) throws InterruptedException, NoRoom {
        runsWait.addLast(turn);
        try {
            while (runsWait.peekFirst() != turn || !containers.tryTake(need)) {
                if (!containers.total().holds(need)) {
                    throw new NoRoom("this spawner's part of its host has become smaller than %d MiB and %d processes"
                            .formatted(need.memoryMb(), need.pids()));
                }
                if (runsWait.peekFirst() == turn) {
                    discardIdle.accept(need);
                }
                changed.await();
            }
        } finally {
            runsWait.remove(turn);
            changed.signalAll();
        }
    }

    /** Gives back what was taken for a container that was not booted. Call it without the lock. */
    void giveBack(Capacity taken) {
        lock.lock();
        try {
            containers.release(taken);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void beginRemoval(Capacity taken) {
        leaving = leaving.plus(taken);
    }

    /** Call it without the lock. */
    void endRemoval(Capacity taken) {
        lock.lock();
        try {
            leaving = leaving.minus(taken);
            containers.release(taken);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** There may be more to take, or an idle sandbox to discard. */
    void signalChange() {
        changed.signalAll();
    }

    /** Whether it fits once what is being removed is gone. */
    boolean willFit(Capacity need) {
        return containers.total().holds(containers.used().minus(leaving).plus(need));
    }

    /**
     * What idle sandboxes may hold.
     *
     * @param idle what they hold now
     */
    Capacity forIdle(Capacity idle) {
        return forBootsAhead().minus(containers.used().minus(idle));
    }

    private Capacity forBootsAhead() {
        var total = containers.total();
        return total.minus(total.dividedBy(PARTS_FOR_RUNS));
    }
}
