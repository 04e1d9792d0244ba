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
 * A run's hold on its command: says every few seconds that it goes on, and tells the run when that has not been confirmed
 * for too long. The time counts from when a confirmed sign was sent, which is before the broker's own clock starts anew.
 */
final class Lease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final int HURRY = 5;
    private static final Duration LAST_SIGN = Duration.ofSeconds(5);

    private final Supplier<CompletableFuture<Void>> sign;
    private final RunTiming timing;
    private final Runnable onLost;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile long confirmed = System.nanoTime();
    private volatile boolean lost;

    private Lease(String name, Supplier<CompletableFuture<Void>> sign, RunTiming timing, Runnable onLost) {
        this.sign = sign;
        this.timing = timing;
        this.onLost = onLost;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::start);
    }

    /** Holds from now on; {@code onLost} is called at most once, on the lease's own thread. */
    static Lease start(String name, Supplier<CompletableFuture<Void>> sign, RunTiming timing, Runnable onLost) {
        var lease = new Lease(name, sign, timing, onLost);
        lease.thread.start();
        return lease;
    }

    /** Once lost it stays lost, whatever the broker says later. */
    boolean isHeld() {
        return !lost && left() > 0;
    }

    /** For how long it holds without another sign. */
    Duration remaining() {
        return Duration.ofNanos(lost ? 0 : Math.max(0, left()));
    }

    private void start() {
        try {
            var pause = timing.keepAlive();
            while (!closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                pause = confirm() ? timing.keepAlive() : timing.keepAlive().dividedBy(HURRY);
                if (left() <= 0) {
                    lost = true;
                    onLost.run();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean confirm() throws InterruptedException {
        long asked = System.nanoTime();
        try {
            sign.get().get(Math.max(1, left()), TimeUnit.NANOSECONDS);
            confirmed = asked;
            return true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("{}: a sign was not confirmed: {}", Thread.currentThread().getName(), e.toString());
            return false;
        }
    }

    private long left() {
        return timing.lease().toNanos() - (System.nanoTime() - confirmed);
    }

    /** No sign is sent after this returns, so that none undoes the end or the handing back of the command. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (Thread.currentThread() != thread && !thread.join(LAST_SIGN)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
