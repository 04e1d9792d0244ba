package dev.faas.spawner;

import dev.faas.nats.BusException;
import dev.faas.spawner.engine.EngineFault;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something now and every so often, on a virtual thread of its own; a failure is logged and tried again in time. */
final class Periodic {
    /** What is done; may block. */
    interface Action {
        void run() throws EngineFault, InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

    /** The same, which says itself how long to pause. */
    interface Paced {
        Duration run() throws EngineFault, InterruptedException;
    }

    private final String name;
    private final Duration afterFailure;
    private final Paced action;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private Periodic(String name, Duration afterFailure, Paced action) {
        this.name = name;
        this.afterFailure = afterFailure;
        this.action = action;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::repeat);
    }

    static Periodic start(String name, Duration pause, Action action) {
        return paced(name, pause, () -> {
            action.run();
            return pause;
        });
    }

    /** @param afterFailure how long to pause when it could not say so */
    static Periodic paced(String name, Duration afterFailure, Paced action) {
        var periodic = new Periodic(name, afterFailure, action);
        periodic.thread.start();
        return periodic;
    }

    private void repeat() {
        try {
            while (!closing.await(once().toNanos(), TimeUnit.NANOSECONDS)) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration once() throws InterruptedException {
        try {
            return action.run();
        } catch (BusException | EngineFault e) {
            LOG.warn("{}: {}", name, e.getMessage());
        } catch (RuntimeException e) {
            // The edge of the thread: a heartbeat or a reaper that dies of one fault would be the greater one.
            LOG.error("{} failed", name, e);
        }
        return afterFailure;
    }

    /** Returns when the action is not under way any more. */
    void stop() throws InterruptedException {
        closing.countDown();
        thread.join();
    }
}
