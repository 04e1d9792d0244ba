package dev.faas.lifecycle;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job that is done now and again and again, on a virtual thread of its own, with a pause after each time. A time that fails
 * is followed by the next one all the same; the log says so once for each kind of failure, and once when it works again.
 */
public final class RepeatingTask {
    /** Done once; may block, and must end by itself. */
    @FunctionalInterface
    public interface Job {
        void run() throws Exception;
    }

    /** The same, which says itself how long to pause. */
    @FunctionalInterface
    public interface PacedJob {
        Duration run() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(RepeatingTask.class);
    private static final String OWN_PACKAGES = "dev.faas.";
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final String name;
    private final Duration first;
    private final Duration afterFailure;
    private final PacedJob job;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private @Nullable Class<?> failure;

    private RepeatingTask(String name, Duration first, Duration afterFailure, PacedJob job) {
        this.name = name;
        this.first = first;
        this.afterFailure = afterFailure;
        this.job = job;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::repeat);
    }

    public static RepeatingTask start(String name, Duration pause, Job job) {
        return start(name, Duration.ZERO, pause, withFixedPause(pause, job));
    }

    /** A job that has been done just now: its first time is a pause later. */
    public static RepeatingTask startAfterPause(String name, Duration pause, Job job) {
        return start(name, pause, pause, withFixedPause(pause, job));
    }

    /** @param afterFailure how long to pause when the job could not say so */
    public static RepeatingTask startPaced(String name, Duration afterFailure, PacedJob job) {
        return start(name, Duration.ZERO, afterFailure, job);
    }

    private static PacedJob withFixedPause(Duration pause, Job job) {
        return () -> {
            job.run();
            return pause;
        };
    }

    private static RepeatingTask start(String name, Duration first, Duration afterFailure, PacedJob job) {
        var repeated = new RepeatingTask(name, first, afterFailure, job);
        repeated.thread.start();
        return repeated;
    }

    private void repeat() {
        try {
            for (var pause = first; !stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS); ) {
                pause = runOnce();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration runOnce() throws InterruptedException {
        try {
            var pause = job.run();
            if (failure != null) {
                LOG.info("{} works again", name);
            }
            failure = null;
            return pause;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // The edge of the thread: a heartbeat or a reaper that dies of one fault would be the greater one.
            if (e.getClass() != failure) {
                logFailure(e);
            }
            failure = e.getClass();
            return afterFailure;
        }
    }

    /** What this project throws is an outcome, and says what it is; anything else has to be looked for. */
    private void logFailure(Exception e) {
        LOG.warn("{} failed, and is tried again every {} ms: {}", name, afterFailure.toMillis(), e.toString());
        if (e instanceof RuntimeException && !e.getClass().getName().startsWith(OWN_PACKAGES)) {
            LOG.error("{} failed", name, e);
        } else {
            LOG.debug("{} failed", name, e);
        }
    }

    /** Lets the time at work end, for a while, then interrupts it. */
    public void stop() throws InterruptedException {
        stopping.countDown();
        if (!thread.join(STOP_LIMIT)) {
            thread.interrupt();
            thread.join(STOP_LIMIT);
        }
    }
}
