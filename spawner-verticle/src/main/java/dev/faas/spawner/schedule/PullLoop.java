package dev.faas.spawner.schedule;

import dev.faas.nats.Delivery;
import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.schedule.CommandSource.Result;
import dev.faas.spawner.schedule.Peers.Offer;
import dev.faas.spawner.schedule.Scheduler.Turn;
import dev.faas.wire.Capacity;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pulls commands from the broker while a slot is free, one at a time, and starts a run for each. {@link Scheduler} decides
 * which function is next. After an empty pull a function is pulled again only when work is announced, and once more if this
 * spawner alone had been notified.
 *
 * <pre>
 *   work notification ─┐                       ┌─ command ──▶ run in the slot ── ended ─┐
 *   offer, queue scan ─┼─▶ Scheduler ─▶ pull ──┼─ empty ────▶ slot free                 │
 *   run ended ─────────┘    (slot taken)       └─ no queue ─▶ create it, pull again     │
 *        ▲                                                                              │
 *        └──────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * One thread pulls. Thread-safe.
 */
public final class PullLoop implements Peers.Listener {
    /** Starts a run and returns at once. */
    public interface Starter {
        /**
         * @param mayUse told what the run needs; false if that does not fit, so that it must be handed back
         * @param ended called when the run is over; the delay after which its command is redelivered, if it is
         */
        void start(Delivery delivery, Predicate<Capacity> mayUse, Consumer<Optional<Duration>> ended);
    }

    private static final Logger LOG = LoggerFactory.getLogger(PullLoop.class);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final int OFFERS_A_REQUEST = 4;

    private final CommandSource source;
    private final Peers peers;
    private final Starter starter;
    private final Scheduler scheduler;
    private final Thread thread = Thread.ofVirtual().name("queues").unstarted(this::pullUntilClosed);

    /** @param sourceFor opens the source; its argument receives commands that arrive after their pull has expired */
    public PullLoop(
            Function<Consumer<Delivery>, CommandSource> sourceFor,
            Slots slots,
            Budget budget,
            Peers peers,
            Starter starter) {
        this.source = sourceFor.apply(this::onLateDelivery);
        this.peers = peers;
        this.starter = starter;
        this.scheduler = new Scheduler(slots, budget, this.source::limit, this.source::need, System::nanoTime);
    }

    public void start() {
        thread.start();
    }

    /** The broker notified this spawner, and no other, of a command. */
    public void workArrived(QueueKey key) {
        if (!scheduler.workArrived(key)) {
            peers.offer(key);
        }
    }

    /** A function may have work. */
    public void workMayExist(QueueKey key) {
        scheduler.workMayExist(key);
    }

    @Override
    public void workOffered(QueueKey key, Offer offer) {
        if (scheduler.workOffered(key, offer.origin())) {
            peers.take(key, offer);
        } else {
            peers.passOn(key, offer);
        }
    }

    @Override
    public void offerTaken(QueueKey key) {
        scheduler.offerTaken(key);
    }

    @Override
    public void offersRequested(String spawner) {
        scheduler.waitingForSlots(OFFERS_A_REQUEST).forEach(key -> peers.offerTo(spawner, key));
    }

    @Override
    public void limitReached(QueueKey key) {
        scheduler.limitReached(key);
    }

    public void budgetChanged() {
        scheduler.budgetChanged();
    }

    private void offerAll() {
        scheduler.waitingForSlots(Integer.MAX_VALUE).forEach(peers::offer);
    }

    public CommandSource source() {
        return source;
    }

    Map<QueueKey, Integer> runningByFunction() {
        return scheduler.runningByFunction();
    }

    /** While paused nothing is pulled: the work waits, or another spawner takes it. */
    public void setPaused(boolean paused) {
        if (!scheduler.setPaused(paused)) {
            return;
        }
        if (paused) {
            offerAll();
        } else {
            peers.requestOffers();
        }
    }

    private void onLateDelivery(Delivery delivery) {
        Subjects.queueKey(delivery.subject()).ifPresent(key -> {
            var place = scheduler.takePlaceFor(key);
            if (place.isPresent()) {
                start(delivery, place.get());
            } else {
                handBack(delivery);
                workArrived(key);
            }
        });
    }

    private void pullUntilClosed() {
        try {
            for (var turn = scheduler.nextTurn(); turn != null; turn = scheduler.nextTurn()) {
                switch (turn) {
                    case Turn.Pull(var place) -> pull(place);
                    case Turn.Offer(var key) -> peers.offer(key);
                    case Turn.RequestOffers(var spawner) -> peers.requestOffers(spawner);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pull(RunPlace place) {
        var queue = place.queue;
        CompletableFuture<Result> answer;
        try {
            answer = source.pull(queue.key);
        } catch (RuntimeException e) {
            // The last catch of this thread: if it ended, nothing would be pulled any more.
            LOG.error("pull failed function={}", queue.key.function(), e);
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete((result, failure) -> onResult(place, result, failure));
    }

    /** On a NATS thread. */
    private void onResult(RunPlace place, @Nullable Result result, @Nullable Throwable failure) {
        switch (result) {
            case Result.Work(var delivery, boolean moreWaiting) -> startRun(place, delivery, moreWaiting);
            case Result.Empty empty -> {
                if (scheduler.pullFoundNothing(place)) {
                    peers.reportLimit(place.queue.key);
                }
            }
            case Result.NoQueue missing -> {
                var unused =
                        source.createQueue(place.queue.key).whenComplete((created, cause) -> pullAgain(place, cause));
            }
            case null -> pullAgain(place, failure);
        }
    }

    private void pullAgain(RunPlace place, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.debug("pull failed function={} cause={}", place.queue.key.function(), failure.toString());
        }
        scheduler.pullAgain(place, failure == null ? Duration.ZERO : AFTER_FAILURE);
    }

    private void startRun(RunPlace place, Delivery delivery, boolean moreWaiting) {
        if (scheduler.commandReceived(place, moreWaiting)) {
            start(delivery, place);
        } else {
            handBack(delivery);
            runEnded(place, Optional.empty());
        }
        scheduler.runRegistered();
    }

    private void start(Delivery delivery, RunPlace place) {
        starter.start(delivery, need -> scheduler.correctNeed(place, need), redelivery -> runEnded(place, redelivery));
    }

    private void runEnded(RunPlace place, Optional<Duration> redelivery) {
        scheduler.runEnded(place);
        redelivery.ifPresent(
                delay -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                        .execute(() -> workArrived(place.queue.key)));
    }

    private static void handBack(Delivery delivery) {
        var unused = delivery.handBack(Duration.ZERO).exceptionally(failure -> {
            LOG.debug("command not handed back, waits for redelivery subject={}", delivery.subject());
            return null;
        });
    }

    /** Stops pulling, waits for open pulls, hands back what they bring, and offers what waits. Safe to repeat. */
    public void stop() throws InterruptedException {
        scheduler.close(CLOSE_LIMIT);
        offerAll();
        source.close();
    }
}
