package dev.faas.spawner.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Limits concurrent boots and decides which boot is next. Boots are bound by processors: more at once only make each slower.
 * The owner with the fewest boots in progress goes first, so that one owner's many boots do not delay other owners.
 *
 * <p>Within an owner, a boot that a run waits for goes before a boot ahead of demand. Boots ahead may take half of the places
 * and begin {@linkplain SandboxPool#CALM a little later}. While a run of any owner waits, a boot ahead begins
 * only if its owner has no boot in progress: the owner's next run then finds a sandbox, and needs no more than that.
 */
final class BootGate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final int places;
    private final int placesAhead;
    private final Duration delayAhead;
    /** In order of arrival. */
    private final List<Turn> waiting = new ArrayList<>();

    private final Map<String, Integer> runningByOwner = new HashMap<>();
    private int running;
    private int runningAhead;

    /** One boot's turn. */
    final class Turn {
        private final String owner;
        private final long notBefore = System.nanoTime() + delayAhead.toNanos();
        private boolean urgent;
        private boolean begun;
        private boolean begunAhead;
        private boolean cancelled;

        private Turn(String owner, boolean urgent) {
            this.owner = owner;
            this.urgent = urgent;
        }

        /** A run waits for this boot now. */
        void makeUrgent() {
            lock.lock();
            try {
                urgent = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        boolean isUrgent() {
            lock.lock();
            try {
                return urgent;
            } finally {
                lock.unlock();
            }
        }

        /** False if the boot has begun: it must not be interrupted half done. */
        boolean cancelIfWaiting() {
            lock.lock();
            try {
                cancelled = !begun;
                changed.signalAll();
                return cancelled;
            } finally {
                lock.unlock();
            }
        }

        /** Blocks until the boot may begin. */
        void enter() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                waiting.add(this);
                try {
                    while (!mayEnter()) {
                        long left = notBefore - System.nanoTime();
                        if (left > 0) {
                            left = changed.awaitNanos(left);
                        } else {
                            changed.await();
                        }
                    }
                    begun = true;
                    begunAhead = !urgent;
                    running++;
                    runningAhead += begunAhead ? 1 : 0;
                    runningByOwner.merge(owner, 1, Integer::sum);
                } finally {
                    waiting.remove(this);
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        void leave() {
            lock.lock();
            try {
                running--;
                runningAhead -= begunAhead ? 1 : 0;
                runningByOwner.computeIfPresent(owner, (key, held) -> held == 1 ? null : held - 1);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private boolean mayEnter() throws InterruptedException {
            if (cancelled) {
                throw new InterruptedException("boot cancelled");
            }
            return running < places
                    && waiting.stream().filter(Turn::isEligible).min(ORDER).orElse(null) == this;
        }

        private boolean isEligible() {
            if (urgent) {
                return true;
            }
            boolean hasPlace = waiting.stream().anyMatch(other -> other.urgent)
                    ? ownerBoots() == 0 && runningAhead < placesAhead
                    : running < placesAhead;
            return hasPlace && System.nanoTime() - notBefore >= 0;
        }

        private int ownerBoots() {
            return runningByOwner.getOrDefault(owner, 0);
        }
    }

    /** A tie goes to the first arrival, because min() returns the first. */
    private static final Comparator<Turn> ORDER =
            Comparator.comparingInt(Turn::ownerBoots).thenComparingInt(turn -> turn.urgent ? 0 : 1);

    /** @param delayAhead how long a boot ahead of demand is delayed */
    BootGate(int places, Duration delayAhead) {
        this.places = places;
        this.delayAhead = delayAhead;
        this.placesAhead = Math.max(1, places / 2);
    }

    Turn turn(String owner, boolean urgent) {
        return new Turn(owner, urgent);
    }
}
