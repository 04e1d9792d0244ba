package dev.faas.gateway.submit;

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
 * Puts the commands of accepted activations into the queue, again and again until they are stored. What this process leaves
 * behind, by dying or by giving up, the registry's reconciler finds. Thread-safe.
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
    private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    private volatile boolean stopping;

    public CommandEnqueuer(CommandQueue queue) {
        this.queue = queue;
    }

    /** @param settled run once it is in the queue, or left to the reconciler */
    void enqueue(ActivationCommand command, Runnable settled) {
        var done = new CompletableFuture<Void>();
        underWay.put(command.id(), done);
        var unused = done.whenComplete((nothing, never) -> {
            underWay.remove(command.id());
            settled.run();
        });
        put(command, FIRST_PAUSE, System.nanoTime(), done);
    }

    private void put(ActivationCommand command, Duration pause, long since, CompletableFuture<Void> done) {
        var unused = queue.enqueue(command).whenComplete((nothing, failure) -> {
            if (failure == null) {
                ActivationStage.QUEUED.record(command.id());
                done.complete(null);
            } else if (stopping || System.nanoTime() - since > GIVE_UP.toNanos()) {
                LOG.warn("the command of {} is left to the reconciler: {}", command.id(), failure.getMessage());
                done.complete(null);
            } else {
                LOG.info("the command of {} is put again: {}", command.id(), failure.getMessage());
                later(jittered(pause), () -> put(command, longer(pause), since, done));
            }
        });
    }

    private static void later(Duration pause, Runnable task) {
        CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS)
                .execute(task);
    }

    private static Duration jittered(Duration pause) {
        return pause.dividedBy(2)
                .plusNanos(
                        ThreadLocalRandom.current().nextLong(pause.dividedBy(2).toNanos()));
    }

    private static Duration longer(Duration pause) {
        var twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    int underWay() {
        return underWay.size();
    }

    /** Lets those under way have one more answer. Blocks. */
    public void drain() throws InterruptedException, ExecutionException, TimeoutException {
        stopping = true;
        CompletableFuture.allOf(underWay.values().toArray(CompletableFuture[]::new))
                .get(DRAIN_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
