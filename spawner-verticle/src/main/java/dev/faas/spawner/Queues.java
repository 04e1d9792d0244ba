package dev.faas.spawner;

import dev.faas.nats.Delivery;
import dev.faas.spawner.Supply.Got;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What to run next. Knows which functions may have work (a hint said so, a run of theirs has ended, a sweep found some), and
 * while a slot is free asks the broker for one command at a time, owner after owner. A function about which the broker says
 * that there is nothing is forgotten until the next sign.
 *
 * <pre>
 *   hint ──────┐                       ┌─ work ───▶ run in the slot ── ended ─┐
 *   sweep ─────┼─▶ rotation ─▶ pull ───┼─ nothing ▶ forgotten, slot free      │
 *   run ended ─┘       (slot taken)    └─ no queue ▶ made, asked again        │
 *        ▲                                                                    │
 *        └────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * One scheduler thread; everything else only changes what it sees. Thread-safe.
 */
final class Queues {
    /** Starts a run and returns at once; when it is over, the consumer is told whether and when its command comes back. */
    interface Starter {
        void start(Delivery delivery, Consumer<Optional<Duration>> ended);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Queues.class);
    /** A busy spawner leaves work to idle ones for so long at most. */
    private static final Duration LONGEST_JITTER = Duration.ofMillis(10);

    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration PULLS_END = Duration.ofSeconds(5);

    private final Supply supply;
    private final Slots slots;
    private final Starter starter;
    private final Lines lines = new Lines();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread scheduler = Thread.ofVirtual().name("queues").unstarted(this::schedule);
    private int pulls;
    private boolean held;
    private boolean closed;

    /** @param supply made with who takes commands that come after their pull was given up */
    Queues(Function<Consumer<Delivery>, Supply> supply, Slots slots, Starter starter) {
        this.supply = supply.apply(this::unexpected);
        this.slots = slots;
        this.starter = starter;
    }

    void start() {
        scheduler.start();
    }

    /** A function may have work. */
    void hint(QueueKey key) {
        long jitter = (long) (LONGEST_JITTER.toNanos()
                * slots.load()
                * ThreadLocalRandom.current().nextDouble());
        sign(key, Duration.ofNanos(jitter));
    }

    Supply supply() {
        return supply;
    }

    /** How many runs of each function there are here. */
    Map<QueueKey, Integer> runs() {
        return locked(lines::runs);
    }

    /** Asks for nothing while the engine could run nothing: the work is left to others, or waits. */
    void hold(boolean on) {
        locked(() -> {
            held = on;
            changed.signalAll();
            return null;
        });
    }

    /** A command that came after its pull was given up: as good as any other. */
    private void unexpected(Delivery delivery) {
        Subjects.queueKey(delivery.subject()).ifPresent(key -> {
            var line = takenUp(key);
            if (line.isPresent()) {
                starter.start(delivery, again -> ended(line.get(), again));
            } else {
                handBack(delivery);
                sign(key, Duration.ZERO);
            }
        });
    }

    /** With a slot; empty when none is free. */
    private Optional<Line> takenUp(QueueKey key) {
        return locked(() -> {
            if (closed || !slots.tryTake()) {
                return Optional.empty();
            }
            slots.assign(key.owner());
            var line = lines.of(key);
            line.running++;
            return Optional.of(line);
        });
    }

    private void sign(QueueKey key, Duration delay) {
        locked(() -> {
            if (!closed && lines.hasRoomFor(key)) {
                var line = lines.of(key);
                line.empty = false;
                line.again = line.pulling;
                want(line, delay);
            }
            return null;
        });
    }

    private <T> T locked(Supplier<T> change) {
        lock.lock();
        try {
            return change.get();
        } finally {
            lock.unlock();
        }
    }

    private void want(Line line, Duration delay) {
        lines.want(line, System.nanoTime() + delay.toNanos());
        changed.signalAll();
    }

    private void schedule() {
        try {
            for (var line = nextInTurn(); line != null; line = nextInTurn()) {
                pull(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pull(Line line) {
        CompletableFuture<Got> answer;
        try {
            answer = supply.pull(line.key);
        } catch (RuntimeException e) {
            // The edge of the thread: without it nothing would ever run here again.
            LOG.error("queue of {}: could not be asked", line.key.function(), e);
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete((got, failure) -> answered(line, got, failure));
    }

    /** Waits for a function whose turn it is and a slot for it, and takes both; null at the end. */
    private @Nullable Line nextInTurn() throws InterruptedException {
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
                        line.get().again = false;
                        pulls++;
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

    private boolean mayHaveMore(Line line) {
        return line.running < supply.limit(line.key) && slots.mayHaveMore(line.key.owner());
    }

    /** On a thread of the bus. */
    private void answered(Line line, @Nullable Got got, @Nullable Throwable failure) {
        switch (got) {
            case Got.Work(var delivery, boolean more) -> begin(line, delivery, more);
            case Got.Nothing nothing ->
                over(line, () -> {
                    if (!line.again) {
                        lines.forget(line);
                    }
                });
            case Got.NoQueue gone -> {
                var unused =
                        supply.make(line.key).whenComplete((made, cause) -> over(line, () -> holdOff(line, cause)));
            }
            case null -> over(line, () -> holdOff(line, failure));
        }
    }

    /** A pull came to nothing: its slot is free again. */
    private void over(Line line, Runnable consequence) {
        locked(() -> {
            consequence.run();
            line.pulling = false;
            pulls--;
            slots.release(line.key.owner());
            settled(line);
            return null;
        });
    }

    private static void holdOff(Line line, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.debug("queue of {}: {}", line.key.function(), failure.toString());
            line.notBefore = System.nanoTime() + AFTER_FAILURE.toNanos();
        }
    }

    private void begin(Line line, Delivery delivery, boolean more) {
        boolean inTime = locked(() -> {
            line.pulling = false;
            line.empty = !more && !line.again;
            if (line.empty) {
                lines.forget(line);
            }
            line.running++;
            changed.signalAll();
            return !closed;
        });
        if (inTime) {
            starter.start(delivery, again -> ended(line, again));
        } else {
            handBack(delivery);
            ended(line, Optional.empty());
        }
        // Only now, so that a stop does not overlook the run that has just begun.
        locked(() -> {
            pulls--;
            changed.signalAll();
            return null;
        });
    }

    /** The finisher looks for the next one itself, unless the broker said that there is none. */
    private void ended(Line line, Optional<Duration> again) {
        locked(() -> {
            line.running--;
            slots.release(line.key.owner());
            if (!line.empty && !closed) {
                want(line, Duration.ZERO);
            }
            settled(line);
            return null;
        });
        again.ifPresent(delay -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                .execute(() -> sign(line.key, Duration.ZERO)));
    }

    private void settled(Line line) {
        lines.settle(line);
        changed.signalAll();
    }

    private static void handBack(Delivery delivery) {
        var unused = delivery.handBack(Duration.ZERO).exceptionally(failure -> {
            LOG.debug("{}: not handed back; it will come again by itself", delivery.subject());
            return null;
        });
    }

    /** Asks for nothing more; returns when what was asked for has come, and been handed back. Safe to repeat. */
    void stop() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closed = true;
            changed.signalAll();
            long left = PULLS_END.toNanos();
            while (pulls > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        supply.close();
    }
}
