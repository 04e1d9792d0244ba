package dev.faas.spawner.pool;

import dev.faas.spawner.engine.Sandbox;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes sandboxes {@linkplain SandboxPool#CALM a little after} their use, a few at a time, because a removal loads the
 * engine too.
 */
final class Removals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Removals.class);
    private static final int PARALLEL = 4;
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(PARALLEL);
    private final CountDownLatch closing = new CountDownLatch(1);

    /**
     * Returns at once; after {@link #close} it blocks.
     *
     * @param removed called when it is removed
     */
    void remove(Sandbox sandbox, Runnable removed) {
        start(() -> {
            waitBriefly();
            places.acquireUninterruptibly();
            try {
                sandbox.close();
            } finally {
                places.release();
                removed.run();
            }
        });
    }

    private void waitBriefly() {
        try {
            var unused = closing.await(SandboxPool.CALM.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs a task on its own thread, without the delay and the limit of removals. */
    void runNow(Runnable task) {
        start(task);
    }

    /** A task that is running at the close may still start another. */
    private void start(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException closed) {
            task.run();
        }
    }

    /** Waits for removals in progress, up to the limit. */
    @Override
    public void close() {
        closing.countDown();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("removal of sandboxes exceeded its limit limitSeconds={}", CLOSE_LIMIT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
