package dev.faas.lifecycle;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ordered start, unwind on failure, ordered stop.
 *
 * <pre>
 *   start:  open a → open b → open c ─ fails ─┐        stop:  close c → close b → close a
 *           close a ← close b ←───────────────┘
 * </pre>
 *
 * The steps run on one virtual thread, top to bottom, and may block; the returned futures complete on the context that
 * asked. A close that fails or exceeds its limit (10 s unless it has its own) is logged and left behind, so that the
 * later ones still run. A stop during the start interrupts it, and it unwinds; one that already does is only waited for.
 */
public final class Lifecycle {
    /** Above every limit a step should have of its own: the net under a step that forgot it. */
    private static final Duration OPEN_LIMIT = Duration.ofMinutes(2);

    private final Logger log = LoggerFactory.getLogger(Lifecycle.class);
    private final Vertx vertx;
    private final String service;
    private final OpenSteps opened;
    private @Nullable Thread starting;
    private boolean unwinding;
    private @Nullable CompletableFuture<Void> started;
    private @Nullable CompletableFuture<Void> stopped;

    public Lifecycle(Vertx vertx, String service) {
        this(vertx, service, Duration.ofSeconds(10));
    }

    Lifecycle(Vertx vertx, String service, Duration closeLimit) {
        this.vertx = vertx;
        this.service = service;
        this.opened = new OpenSteps(service, closeLimit);
    }

    /**
     * Runs the steps, once. A failing one closes what was opened, in reverse, and then fails the future with a
     * {@link StartFailed} that names it.
     */
    public synchronized Future<Void> start(Startup startup) {
        if (started != null || stopped != null) {
            throw new IllegalStateException(service + " was started or stopped before");
        }
        var done = new CompletableFuture<Void>();
        started = done;
        starting = Thread.ofVirtual().name(service + "-start").start(() -> run(startup, done));
        return onContext(done);
    }

    /** Closes in reverse. Idempotent: later calls get the same outcome. Never fails: what could not close is logged. */
    public synchronized Future<Void> stop() {
        if (stopped == null) {
            var done = new CompletableFuture<Void>();
            stopped = done;
            var running = starting;
            if (running != null && !unwinding) {
                running.interrupt();
            }
            Thread.ofVirtual().name(service + "-stop").start(() -> {
                try {
                    if (running != null) {
                        running.join();
                    }
                    opened.closeAll();
                    done.complete(null);
                } catch (InterruptedException e) {
                    done.completeExceptionally(e);
                }
            });
        }
        return onContext(stopped);
    }

    private void run(Startup startup, CompletableFuture<Void> done) {
        var steps = new Running();
        try {
            startup.run(steps);
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped while starting");
            }
            log.info("{} is up", service);
            done.complete(null);
        } catch (Exception failure) {
            var stoppedMeanwhile = unwind() || failure instanceof InterruptedException;
            done.completeExceptionally(new StartFailed(
                    service, steps.current, stoppedMeanwhile ? new InterruptedException("stopped") : failure));
        } catch (Error fault) {
            // A start that dies silently would leave its caller waiting for ever.
            unwind();
            done.completeExceptionally(new StartFailed(service, steps.current, fault));
            throw fault;
        }
    }

    /** @return whether a stop had interrupted the start */
    private boolean unwind() {
        boolean interrupted;
        synchronized (this) {
            unwinding = true;
            // The interrupt, if any, has done its work, and no other comes: the closes wait too.
            interrupted = Thread.interrupted();
        }
        opened.closeAll();
        return interrupted;
    }

    private Future<Void> onContext(CompletableFuture<Void> done) {
        return Future.fromCompletionStage(done, vertx.getOrCreateContext());
    }

    /** What a part does to start, readable from top to bottom. */
    @FunctionalInterface
    public interface Startup {
        void run(Steps on) throws Exception;
    }

    /** The verbs of a {@link Startup}. Only for the thread that runs it. */
    public interface Steps {
        /** Opens by blocking. */
        <T> T open(String name, Callable<T> opener, Closer<? super T> closer) throws Exception;

        /** The same whose close has a limit of its own, for one that may take longer than the usual 10 s. */
        <T> T open(String name, Duration closeLimit, Callable<T> opener, Closer<? super T> closer) throws Exception;

        /** Opens by a future, which is waited for. */
        <T> T await(String name, Callable<Future<T>> opener, Function<? super T, Future<?>> closer) throws Exception;

        /** Does a job now and, a pause after each time, again until the stop. */
        default void repeat(String name, Duration pause, RepeatingTask.Job job) throws Exception {
            open(name, () -> RepeatingTask.start(name, pause, job), RepeatingTask::stop);
        }

        /** The same with a job that the start has done: first a pause later. */
        default void repeatAfterPause(String name, Duration pause, RepeatingTask.Job job) throws Exception {
            open(name, () -> RepeatingTask.startAfterPause(name, pause, job), RepeatingTask::stop);
        }

        /** A close step without an opener, such as a drain. */
        void onStop(String name, Closer.Action action);

        /** The same with its own limit, for a drain that takes longer than the usual 10 s. */
        void onStop(String name, Duration limit, Closer.Action action);
    }

    private final class Running implements Steps {
        private String current = "configuration";

        @Override
        public <T> T open(String name, Callable<T> opener, Closer<? super T> closer) throws Exception {
            current = name;
            var value = opener.call();
            opened.push(name, () -> closer.close(value));
            return value;
        }

        @Override
        public <T> T open(String name, Duration closeLimit, Callable<T> opener, Closer<? super T> closer)
                throws Exception {
            current = name;
            var value = opener.call();
            opened.push(name, closeLimit, () -> closer.close(value));
            return value;
        }

        @Override
        public <T> T await(String name, Callable<Future<T>> opener, Function<? super T, Future<?>> closer)
                throws Exception {
            return open(name, () -> Blocking.await(opener.call(), OPEN_LIMIT), value -> {
                // The limit of the close itself is kept by OpenSteps, which interrupts this wait.
                closer.apply(value).toCompletionStage().toCompletableFuture().get();
            });
        }

        @Override
        public void onStop(String name, Closer.Action action) {
            opened.push(name, action);
        }

        @Override
        public void onStop(String name, Duration limit, Closer.Action action) {
            opened.push(name, limit, action);
        }
    }
}
