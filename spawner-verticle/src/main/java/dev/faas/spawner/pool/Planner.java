package dev.faas.spawner.pool;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Runs the pool's planning round after changes and once a second, on its own thread and under the pool's lock. Changes in
 * quick succession share a round. The pause is at least {@link #PAUSE_RATIO} times as long as the last round, so that runs get
 * the lock.
 */
final class Planner {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration MIN_PAUSE = Duration.ofMillis(5);
    private static final int PAUSE_RATIO = 20;

    private final ReentrantLock lock;
    private final Runnable round;
    private final Condition changed;
    private final Thread thread = Thread.ofVirtual().name("pool").unstarted(this::plan);
    private boolean changePending;
    private boolean isStopped;
    private long roundNanos;

    Planner(ReentrantLock lock, Runnable round) {
        this.lock = lock;
        this.round = round;
        this.changed = lock.newCondition();
    }

    void start() {
        thread.start();
    }

    /** Under the lock. */
    void signalChange() {
        changePending = true;
        changed.signalAll();
    }

    boolean isStopped() {
        return isStopped;
    }

    /** Under the lock. */
    void stop() {
        isStopped = true;
        changed.signalAll();
    }

    /** Blocks until the condition holds, or the limit is over. Under the lock. */
    void await(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long left = limit.toNanos();
        while (left > 0 && !condition.getAsBoolean()) {
            left = changed.awaitNanos(left);
        }
    }

    private void plan() {
        try {
            while (roundAndWait()) {
                Thread.sleep(Duration.ofNanos(Math.max(MIN_PAUSE.toNanos(), roundNanos * PAUSE_RATIO)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs a round and waits until the next is due; false once stopped. */
    private boolean roundAndWait() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!isStopped) {
                long begin = System.nanoTime();
                round.run();
                roundNanos = System.nanoTime() - begin;
            }
            changePending = false;
            await(INTERVAL, () -> changePending || isStopped);
            return !isStopped;
        } finally {
            lock.unlock();
        }
    }
}
