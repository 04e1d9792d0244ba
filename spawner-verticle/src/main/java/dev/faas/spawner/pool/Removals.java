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
 * Closes sandboxes {@linkplain SandboxPool#CALM a little after} what they were needed for, a few at a time: a removal is
 * work of the engine's too.
 */
final class Removals implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Removals.class);
    private static final int AT_ONCE = 4;
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final CountDownLatch closing = new CountDownLatch(1);

    /** Returns at once, until it is closed. */
    void remove(Sandbox sandbox) {
        start(() -> {
            keepCalm();
            places.acquireUninterruptibly();
            try {
                sandbox.close();
            } finally {
                places.release();
            }
        });
    }

    private void keepCalm() {
        try {
            var unused = closing.await(SandboxPool.CALM.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Beside everything else, as a removal would be; but at once. */
    void runNow(Runnable task) {
        start(task);
    }

    /** What is under way when it is closed may find something to remove yet. */
    private void start(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException closed) {
            task.run();
        }
    }

    /** Waits for what is under way, within a limit. */
    @Override
    public void close() {
        closing.countDown();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                log.warn("not all sandboxes were removed within {} s", CLOSE_LIMIT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
