package dev.faas.spawner.run;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews a run's lease on its command every few seconds, and reports when no renewal was confirmed for too long. Time counts
 * from when a confirmed renewal was sent: that is earlier than the broker's redelivery timer, which starts when it arrives.
 * Also says when the run is no longer a short one: what only long runs need is not begun for the others.
 */
final class Lease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    /** After a failure the next renewal comes this many times sooner. */
    private static final int RETRY_SPEEDUP = 5;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    /** Most runs end earlier. */
    private static final Duration SHORT_RUN = Duration.ofMillis(25);

    private final Supplier<CompletableFuture<Void>> renewal;
    private final RunTiming timing;
    private final Runnable onLongRun;
    private final Runnable onLost;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile long confirmedAt = System.nanoTime();
    private volatile boolean lost;

    private Lease(
            String name,
            Supplier<CompletableFuture<Void>> renewal,
            RunTiming timing,
            Runnable onLongRun,
            Runnable onLost) {
        this.renewal = renewal;
        this.timing = timing;
        this.onLongRun = onLongRun;
        this.onLost = onLost;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::renewUntilClosed);
    }

    /**
     * @param onLongRun called when the lease is 25 ms old, unless it is closed by then; on the lease's own thread
     * @param onLost called at most once, on the lease's own thread
     */
    static Lease start(
            String name,
            Supplier<CompletableFuture<Void>> renewal,
            RunTiming timing,
            Runnable onLongRun,
            Runnable onLost) {
        var lease = new Lease(name, renewal, timing, onLongRun, onLost);
        lease.thread.start();
        return lease;
    }

    /** A lost lease stays lost, even if a renewal is confirmed later. */
    boolean isHeld() {
        return !lost && remainingNanos() > 0;
    }

    /** How long the lease lasts without another renewal. */
    Duration remaining() {
        return Duration.ofNanos(lost ? 0 : Math.max(0, remainingNanos()));
    }

    private void renewUntilClosed() {
        try {
            if (closing.await(SHORT_RUN.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            onLongRun.run();
            var pause = timing.keepAlive();
            while (!closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                pause = renew() ? timing.keepAlive() : timing.keepAlive().dividedBy(RETRY_SPEEDUP);
                if (remainingNanos() <= 0) {
                    lost = true;
                    onLost.run();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean renew() throws InterruptedException {
        long sentAt = System.nanoTime();
        try {
            renewal.get().get(Math.max(1, remainingNanos()), TimeUnit.NANOSECONDS);
            confirmedAt = sentAt;
            return true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug(
                    "renewal not confirmed {} cause={}", Thread.currentThread().getName(), e.toString());
            return false;
        }
    }

    private long remainingNanos() {
        return timing.lease().toNanos() - (System.nanoTime() - confirmedAt);
    }

    /** Sends no renewal after it returns: a late one would undo the acknowledgement or the hand-back of the command. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (Thread.currentThread() != thread && !thread.join(CLOSE_LIMIT)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
