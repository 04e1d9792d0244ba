package dev.faas.lifecycle;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one job again and again on its own virtual thread, with a pause after each run. A failed run does not end it; the log
 * reports each new kind of failure once, and the first success after it.
 */
public final class RepeatingTask {
    /** One run; may block, and must have an end. */
    @FunctionalInterface
    public interface Job {
        void run() throws Exception;
    }

    /** A job that returns how long to pause. */
    @FunctionalInterface
    public interface PacedJob {
        Duration run() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(RepeatingTask.class);
    private static final String OWN_PACKAGES = "dev.faas.";
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final int MOST_DOUBLINGS = 16;

    private final String name;
    private final Duration first;
    private final Duration afterFailure;
    private final Duration longest;
    private final PacedJob job;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private @Nullable Class<?> failure;
    private int failures;

    private RepeatingTask(String name, Duration first, Duration afterFailure, Duration longest, PacedJob job) {
        this.name = name;
        this.first = first;
        this.afterFailure = afterFailure;
        this.longest = longest;
        this.job = job;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::repeat);
    }

    public static RepeatingTask start(String name, Duration pause, Job job) {
        return start(name, Duration.ZERO, pause, pause, withFixedPause(pause, job));
    }

    /** For a job that has just run: begins with a pause. */
    public static RepeatingTask startAfterPause(String name, Duration pause, Job job) {
        return start(name, pause, pause, pause, withFixedPause(pause, job));
    }

    /** @param afterFailure the pause after a failed run */
    public static RepeatingTask startPaced(String name, Duration afterFailure, PacedJob job) {
        return start(name, Duration.ZERO, afterFailure, afterFailure, job);
    }

    /** For a job that many processes do at the same time, and that loads what has failed.
     *
     * @param afterFailure is doubled with each further failure, up to {@code longest}; the half of it is left to chance
     */
    public static RepeatingTask startPaced(String name, Duration afterFailure, Duration longest, PacedJob job) {
        return start(name, Duration.ZERO, afterFailure, longest, job);
    }

    private static PacedJob withFixedPause(Duration pause, Job job) {
        return () -> {
            job.run();
            return pause;
        };
    }

    private static RepeatingTask start(
            String name, Duration first, Duration afterFailure, Duration longest, PacedJob job) {
        var repeated = new RepeatingTask(name, first, afterFailure, longest, job);
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
                LOG.info("task recovered name={}", name);
            }
            failure = null;
            failures = 0;
            return pause;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // A failed run must not end the thread: heartbeats or the reaper would stop for ever.
            if (e.getClass() != failure) {
                logFailure(e);
            }
            failure = e.getClass();
            return pauseAfterFailure();
        }
    }

    private Duration pauseAfterFailure() {
        if (longest.equals(afterFailure)) {
            return afterFailure;
        }
        long doubled = afterFailure.toMillis() << Math.min(failures++, MOST_DOUBLINGS);
        long pause = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(pause - ThreadLocalRandom.current().nextLong(pause / 2 + 1));
    }

    /** Exceptions of this project explain themselves; others are logged with their stack trace. */
    private void logFailure(Exception e) {
        LOG.warn("task failed name={} retry_ms={} error={}", name, afterFailure.toMillis(), e.toString());
        if (e instanceof RuntimeException && !e.getClass().getName().startsWith(OWN_PACKAGES)) {
            LOG.error("task failed unexpectedly name={}", name, e);
        } else {
            LOG.debug("task failed name={}", name, e);
        }
    }

    /** Waits a few seconds for the current run to end, then interrupts it. */
    public void stop() throws InterruptedException {
        stopping.countDown();
        if (!thread.join(STOP_LIMIT)) {
            thread.interrupt();
            thread.join(STOP_LIMIT);
        }
    }
}
