package dev.faas.spawner.schedule;

import dev.faas.nats.Delivery;
import dev.faas.spawner.schedule.CommandSource.Result;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pulls commands from the broker while a slot is free, one at a time, and starts a run for each. {@link Scheduler} decides
 * which function is next. A function whose queue is empty is not pulled again before the next work notification.
 *
 * <pre>
 *   work notification ─┐                       ┌─ command ──▶ run in the slot ── ended ─┐
 *   queue scan ────────┼─▶ Scheduler ─▶ pull ──┼─ empty ────▶ slot free                 │
 *   run ended ─────────┘    (slot taken)       └─ no queue ─▶ create it, pull again     │
 *        ▲                                                                              │
 *        └──────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * One thread pulls. Thread-safe.
 */
public final class PullLoop {
    /** Starts a run and returns at once. */
    public interface Starter {
        /** @param ended called when the run is over; the delay after which its command is redelivered, if it is */
        void start(Delivery delivery, Consumer<Optional<Duration>> ended);
    }

    private static final Logger LOG = LoggerFactory.getLogger(PullLoop.class);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final CommandSource source;
    private final PullDelay pullDelay;
    private final Starter starter;
    private final Scheduler scheduler;
    private final Thread thread = Thread.ofVirtual().name("queues").unstarted(this::pullUntilClosed);

    /** @param sourceFor opens the source; its argument receives commands that arrive after their pull has expired */
    public PullLoop(
            Function<Consumer<Delivery>, CommandSource> sourceFor, Slots slots, PullDelay pullDelay, Starter starter) {
        this.source = sourceFor.apply(this::onLateDelivery);
        this.pullDelay = pullDelay;
        this.starter = starter;
        this.scheduler = new Scheduler(slots, this.source::limit);
    }

    public void start() {
        thread.start();
    }

    /** A function may have work. */
    public void workMayExist(QueueKey key) {
        scheduler.workMayExist(key, pullDelay.of(key));
    }

    public CommandSource source() {
        return source;
    }

    Map<QueueKey, Integer> runningByFunction() {
        return scheduler.runningByFunction();
    }

    /** While paused nothing is pulled: the work waits, or another spawner takes it. */
    public void setPaused(boolean paused) {
        scheduler.setPaused(paused);
    }

    private void onLateDelivery(Delivery delivery) {
        Subjects.queueKey(delivery.subject()).ifPresent(key -> {
            var queue = scheduler.takeSlotFor(key);
            if (queue.isPresent()) {
                starter.start(delivery, redelivery -> runEnded(queue.get(), redelivery));
            } else {
                handBack(delivery);
                scheduler.workMayExist(key, Duration.ZERO);
            }
        });
    }

    private void pullUntilClosed() {
        try {
            for (var queue = scheduler.nextQueue(); queue != null; queue = scheduler.nextQueue()) {
                pull(queue);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pull(FunctionQueue queue) {
        CompletableFuture<Result> answer;
        try {
            answer = source.pull(queue.key);
        } catch (RuntimeException e) {
            // The last catch of this thread: if it ended, nothing would be pulled any more.
            LOG.error("pull failed function={}", queue.key.function(), e);
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete((result, failure) -> onResult(queue, result, failure));
    }

    /** On a NATS thread. */
    private void onResult(FunctionQueue queue, @Nullable Result result, @Nullable Throwable failure) {
        switch (result) {
            case Result.Work(var delivery, boolean moreWaiting) -> startRun(queue, delivery, moreWaiting);
            case Result.Empty empty -> scheduler.pullFoundNothing(queue);
            case Result.NoQueue missing -> {
                var unused = source.createQueue(queue.key).whenComplete((created, cause) -> pullAgain(queue, cause));
            }
            case null -> pullAgain(queue, failure);
        }
    }

    private void pullAgain(FunctionQueue queue, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.debug("pull failed function={} cause={}", queue.key.function(), failure.toString());
        }
        scheduler.pullAgain(queue, failure == null ? Duration.ZERO : AFTER_FAILURE);
    }

    private void startRun(FunctionQueue queue, Delivery delivery, boolean moreWaiting) {
        if (scheduler.commandReceived(queue, moreWaiting)) {
            starter.start(delivery, redelivery -> runEnded(queue, redelivery));
        } else {
            handBack(delivery);
            runEnded(queue, Optional.empty());
        }
        scheduler.runRegistered();
    }

    private void runEnded(FunctionQueue queue, Optional<Duration> redelivery) {
        scheduler.runEnded(queue);
        redelivery.ifPresent(
                delay -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                        .execute(() -> scheduler.workMayExist(queue.key, Duration.ZERO)));
    }

    private static void handBack(Delivery delivery) {
        var unused = delivery.handBack(Duration.ZERO).exceptionally(failure -> {
            LOG.debug("command not handed back, waits for redelivery subject={}", delivery.subject());
            return null;
        });
    }

    /** Stops pulling, waits for open pulls and hands back what they bring. Safe to repeat. */
    public void stop() throws InterruptedException {
        scheduler.close(CLOSE_LIMIT);
        source.close();
    }
}
