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
 * Lets no more boots be under way than the engine takes well: they are bound by processors, and more at once only make each
 * slower. Who has fewest under way goes first, so that one owner's many boots are nobody else's wait.
 *
 * <p>Of one owner's, a boot that a run waits for goes before one that is made ahead. Those made ahead may take half of the
 * places, so that a place for demand is never far, and begin {@linkplain SandboxPool#CALM a little later}. While anybody
 * waits, an owner has one at a time made ahead: what he takes next is then ready, and as many boots as he has runs are his due anyway.
 */
final class BootGate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final int places;
    private final int placesAhead;
    private final Duration delayAhead;
    /** In the order they came. */
    private final List<Turn> waiting = new ArrayList<>();

    private final Map<String, Integer> insideOf = new HashMap<>();
    private int inside;
    private int insideAhead;

    /** One boot's turn. */
    final class Turn {
        private final String owner;
        private final long calmAt = System.nanoTime() + delayAhead.toNanos();
        private boolean urgent;
        private boolean entered;
        private boolean enteredAhead;
        private boolean refused;

        private Turn(String owner, boolean urgent) {
            this.owner = owner;
            this.urgent = urgent;
        }

        /** A run waits for it now. */
        void makeUrgent() {
            lock.lock();
            try {
                urgent = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** It shall not begin any more. False when it has: what the engine is doing is not to be broken off half done. */
        boolean cancelIfWaiting() {
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
                waiting.add(this);
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
                    enteredAhead = !urgent;
                    inside++;
                    insideAhead += enteredAhead ? 1 : 0;
                    insideOf.merge(owner, 1, Integer::sum);
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
                inside--;
                insideAhead -= enteredAhead ? 1 : 0;
                insideOf.computeIfPresent(owner, (who, held) -> held == 1 ? null : held - 1);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private boolean mayEnter() throws InterruptedException {
            if (refused) {
                throw new InterruptedException("refused");
            }
            return inside < places
                    && waiting.stream().filter(Turn::counts).min(ORDER).orElse(null) == this;
        }

        /** Whether it is one of those from which the next is taken. */
        private boolean counts() {
            if (urgent) {
                return true;
            }
            boolean place = waiting.stream().anyMatch(other -> other.urgent)
                    ? held() == 0 && insideAhead < placesAhead
                    : inside < placesAhead;
            return place && System.nanoTime() - calmAt >= 0;
        }

        private int held() {
            return insideOf.getOrDefault(owner, 0);
        }
    }

    /** Of equals the one that came first. */
    private static final Comparator<Turn> ORDER =
            Comparator.comparingInt(Turn::held).thenComparing(turn -> turn.urgent ? 0 : 1);

    /** @param calm how much later than it could a boot ahead of demand begins */
    BootGate(int places, Duration calm) {
        this.places = places;
        this.delayAhead = calm;
        this.placesAhead = Math.max(1, places / 2);
    }

    Turn turn(String owner, boolean urgent) {
        return new Turn(owner, urgent);
    }
}
