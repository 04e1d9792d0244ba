package dev.faas.acceptance;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationStage;
import dev.faas.activation.CommandQueue;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the commands of accepted activations into the queue and retries until they are stored. When this process dies or gives
 * up, the registry's reconciler finds what is missing. Thread-safe.
 */
public final class CommandEnqueuer {
    private static final Logger LOG = LoggerFactory.getLogger(CommandEnqueuer.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** By then the reconciler has taken over. */
    private static final Duration GIVE_UP = Duration.ofMinutes(5);

    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(8);

    private final CommandQueue queue;
    /** By activation id. */
    private final Map<String, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();

    private volatile boolean stopping;

    public CommandEnqueuer(CommandQueue queue) {
        this.queue = queue;
    }

    /** @param onDone runs once the command is in the queue, or is left to the reconciler */
    void enqueue(ActivationCommand command, Runnable onDone) {
        var done = new CompletableFuture<Void>();
        pending.put(command.id(), done);
        var unused = done.whenComplete((nothing, never) -> {
            pending.remove(command.id());
            onDone.run();
        });
        tryPut(command, FIRST_PAUSE, System.nanoTime(), done);
    }

    private void tryPut(ActivationCommand command, Duration pause, long since, CompletableFuture<Void> done) {
        var unused = queue.enqueue(command).whenComplete((nothing, failure) -> {
            if (failure == null) {
                ActivationStage.QUEUED.record(command.id());
                done.complete(null);
            } else if (stopping || System.nanoTime() - since > GIVE_UP.toNanos()) {
                LOG.warn(
                        "command not enqueued, left to the reconciler activation={} cause={}",
                        command.id(),
                        failure.getMessage());
                done.complete(null);
            } else {
                LOG.info("command not enqueued, will retry activation={} cause={}", command.id(), failure.getMessage());
                CompletableFuture.delayedExecutor(halfToWhole(pause).toNanos(), TimeUnit.NANOSECONDS)
                        .execute(() -> tryPut(command, nextPause(pause), since, done));
            }
        });
    }

    /** A random part of it, so that the commands that failed together are not retried together. */
    private static Duration halfToWhole(Duration pause) {
        long half = pause.dividedBy(2).toNanos();
        return Duration.ofNanos(half + ThreadLocalRandom.current().nextLong(half));
    }

    private static Duration nextPause(Duration pause) {
        var twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    /** Waits for one more reply to each pending command. Blocks. */
    public void drain() throws InterruptedException, ExecutionException, TimeoutException {
        stopping = true;
        CompletableFuture.allOf(pending.values().toArray(CompletableFuture[]::new))
                .get(DRAIN_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
