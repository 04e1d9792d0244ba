package dev.faas.spawner.pool;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Looks at the pool again after every change and once a second, on a thread of its own and under the pool's lock; with
 * everything on the move one look serves many changes.
 */
final class Planner {
    private static final Duration ROUND = Duration.ofSeconds(1);
    /** Between two rounds. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final ReentrantLock lock;
    private final Runnable round;
    private final Condition changed;
    private final Thread thread = Thread.ofVirtual().name("pool").unstarted(this::plan);
    private boolean news;
    private boolean isStopped;

    Planner(ReentrantLock lock, Runnable round) {
        this.lock = lock;
        this.round = round;
        this.changed = lock.newCondition();
    }

    void start() {
        thread.start();
    }

    /** Something has changed. Under the lock. */
    void signalChange() {
        news = true;
        changed.signalAll();
    }

    boolean isStopped() {
        return isStopped;
    }

    /** No round begins any more. Under the lock. */
    void stop() {
        isStopped = true;
        changed.signalAll();
    }

    /** Blocks until changes have made it so, or the limit is over. Under the lock. */
    void await(Duration limit, BooleanSupplier settled) throws InterruptedException {
        long left = limit.toNanos();
        while (left > 0 && !settled.getAsBoolean()) {
            left = changed.awaitNanos(left);
        }
    }

    private void plan() {
        try {
            while (roundAndWait()) {
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until there is something to look at again; false at the end. */
    private boolean roundAndWait() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!isStopped) {
                round.run();
            }
            news = false;
            await(ROUND, () -> news || isStopped);
            return !isStopped;
        } finally {
            lock.unlock();
        }
    }
}
