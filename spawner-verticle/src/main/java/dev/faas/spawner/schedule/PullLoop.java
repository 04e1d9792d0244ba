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
 * One thread asks, whenever {@link Scheduler} has a turn. Thread-safe.
 */
public final class PullLoop {
    /** Starts a run and returns at once; when it is over, the consumer is told whether and when its command comes back. */
    public interface Starter {
        void start(Delivery delivery, Consumer<Optional<Duration>> ended);
    }

    private static final Logger LOG = LoggerFactory.getLogger(PullLoop.class);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration PULLS_END = Duration.ofSeconds(5);

    private final CommandSource source;
    private final PullDelay deference;
    private final Starter starter;
    private final Scheduler turns;
    private final Thread asking = Thread.ofVirtual().name("queues").unstarted(this::ask);

    /** @param supply made with who takes commands that come after their pull was given up */
    public PullLoop(
            Function<Consumer<Delivery>, CommandSource> supply, Slots slots, PullDelay deference, Starter starter) {
        this.source = supply.apply(this::unexpected);
        this.deference = deference;
        this.starter = starter;
        this.turns = new Scheduler(slots, this.source::limit);
    }

    public void start() {
        asking.start();
    }

    /** A function may have work. */
    public void workMayExist(QueueKey key) {
        turns.workMayExist(key, deference.of(key));
    }

    public CommandSource source() {
        return source;
    }

    /** How many runs of each function there are here. */
    Map<QueueKey, Integer> runningByFunction() {
        return turns.runningByFunction();
    }

    /** Asks for nothing while the engine could run nothing: the work is left to others, or waits. */
    public void setPaused(boolean on) {
        turns.setPaused(on);
    }

    /** A command that came after its pull was given up: as good as any other. */
    private void unexpected(Delivery delivery) {
        Subjects.queueKey(delivery.subject()).ifPresent(key -> {
            var line = turns.takeSlotFor(key);
            if (line.isPresent()) {
                starter.start(delivery, again -> ended(line.get(), again));
            } else {
                handBack(delivery);
                turns.workMayExist(key, Duration.ZERO);
            }
        });
    }

    private void ask() {
        try {
            for (var line = turns.nextQueue(); line != null; line = turns.nextQueue()) {
                pull(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pull(FunctionQueue line) {
        CompletableFuture<Result> answer;
        try {
            answer = source.pull(line.key);
        } catch (RuntimeException e) {
            // The edge of the thread: without it nothing would ever run here again.
            LOG.error("queue of {}: could not be asked", line.key.function(), e);
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete((got, failure) -> answered(line, got, failure));
    }

    /** On a thread of the bus. */
    private void answered(FunctionQueue line, @Nullable Result got, @Nullable Throwable failure) {
        switch (got) {
            case Result.Work(var delivery, boolean more) -> begin(line, delivery, more);
            case Result.Empty nothing -> turns.pullFoundNothing(line);
            case Result.NoQueue gone -> {
                var unused = source.createQueue(line.key).whenComplete((made, cause) -> askAgain(line, cause));
            }
            case null -> askAgain(line, failure);
        }
    }

    private void askAgain(FunctionQueue line, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.debug("queue of {}: {}", line.key.function(), failure.toString());
        }
        turns.pullAgain(line, failure == null ? Duration.ZERO : AFTER_FAILURE);
    }

    private void begin(FunctionQueue line, Delivery delivery, boolean more) {
        if (turns.commandReceived(line, more)) {
            starter.start(delivery, again -> ended(line, again));
        } else {
            handBack(delivery);
            ended(line, Optional.empty());
        }
        turns.runRegistered();
    }

    private void ended(FunctionQueue line, Optional<Duration> again) {
        turns.runEnded(line);
        again.ifPresent(delay -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                .execute(() -> turns.workMayExist(line.key, Duration.ZERO)));
    }

    private static void handBack(Delivery delivery) {
        var unused = delivery.handBack(Duration.ZERO).exceptionally(failure -> {
            LOG.debug("{}: not handed back; it will come again by itself", delivery.subject());
            return null;
        });
    }

    /** Asks for nothing more; returns when what was asked for has come, and been handed back. Safe to repeat. */
    public void stop() throws InterruptedException {
        turns.close(PULLS_END);
        source.close();
    }
}
