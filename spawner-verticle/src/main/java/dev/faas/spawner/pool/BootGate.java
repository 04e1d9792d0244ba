package dev.faas.spawner.pool;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets no more boots be under way than the engine takes well: they are bound by processors, and more at once only make each
 * slower. A boot that a run waits for goes before one that is made ahead, which may at most take half of the places, so
 * that a place for demand is never far, and begins {@linkplain SandboxPool#CALM a little later}.
 */
final class BootGate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final int places;
    private final int placesAhead;
    private int inside;
    private int pressing;

    /** One boot's turn. */
    final class Turn {
        private final long calmAt = System.nanoTime() + SandboxPool.CALM.toNanos();
        private boolean urgent;
        private boolean waiting;
        private boolean entered;
        private boolean refused;

        private Turn(boolean urgent) {
            this.urgent = urgent;
        }

        /** A run waits for it now. */
        void hurry() {
            lock.lock();
            try {
                if (!urgent) {
                    urgent = true;
                    pressing += waiting ? 1 : 0;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        /** It shall not begin any more. False when it has: what the engine is doing is not to be broken off half done. */
        boolean refuse() {
            lock.lock();
            try {
                refused = !entered;
                changed.signalAll();
                return refused;
            } finally {
                lock.unlock();
            }
        }

        /** Blocks until it may begin. */
        void enter() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                waiting = true;
                pressing += urgent ? 1 : 0;
                try {
                    while (!mayEnter()) {
                        long left = calmAt - System.nanoTime();
                        if (left > 0) {
                            left = changed.awaitNanos(left);
                        } else {
                            changed.await();
                        }
                    }
                    entered = true;
                    inside++;
                } finally {
                    waiting = false;
                    pressing -= urgent ? 1 : 0;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        void leave() {
            lock.lock();
            try {
                inside--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private boolean mayEnter() throws InterruptedException {
            if (refused) {
                throw new InterruptedException("refused");
            }
            return urgent ? inside < places : pressing == 0 && inside < placesAhead && System.nanoTime() - calmAt >= 0;
        }
    }

    BootGate(int places) {
        this.places = places;
        this.placesAhead = Math.max(1, places / 2);
    }

    Turn turn(boolean urgent) {
        return new Turn(urgent);
    }
}
