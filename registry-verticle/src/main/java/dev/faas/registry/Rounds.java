package dev.faas.registry;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job that is done again and again, on a virtual thread of its own, with a pause after each time. A round that fails is
 * tried again after its pause; the log says so once, and once when it works again.
 */
final class Rounds {
    /** One round; may block, and must end by itself. */
    @FunctionalInterface
    interface Job {
        void run() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final String name;
    private final Duration pause;
    private final Job job;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private boolean failing;

    private Rounds(String name, Duration pause, Job job) {
        this.name = name;
        this.pause = pause;
        this.job = job;
        this.thread = Thread.ofVirtual().name("registry-" + name).unstarted(this::rounds);
    }

    static Rounds start(String name, Duration pause, Job job) {
        var rounds = new Rounds(name, pause, job);
        rounds.thread.start();
        return rounds;
    }

    private void rounds() {
        try {
            do {
                round();
            } while (!stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() throws InterruptedException {
        try {
            job.run();
            if (failing) {
                LOG.info("{} works again", name);
            }
            failing = false;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            if (!failing) {
                LOG.warn("{} failed, and is tried again every {} ms: {}", name, pause.toMillis(), e.toString());
            }
            LOG.debug("{} failed", name, e);
            failing = true;
        }
    }

    /** Lets the round at work end, for a while, then interrupts it. */
    void stop() throws InterruptedException {
        stopping.countDown();
        if (!thread.join(STOP_LIMIT)) {
            thread.interrupt();
            thread.join(STOP_LIMIT);
        }
    }
}
