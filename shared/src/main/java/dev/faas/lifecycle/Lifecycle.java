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

/** Starts a service in steps, closes the opened steps when one fails, and stops in reverse order.
 *
 * <pre>
 *   start:  open a → open b → open c ─ fails ─┐        stop:  close c → close b → close a
 *           close a ← close b ←───────────────┘
 * </pre>
 * The steps run on one virtual thread, top to bottom, and may block; the returned futures complete on the caller's context. A
 * close that fails or exceeds its limit (10 s by default) is logged, and the next close runs. A stop during the start
 * interrupts it, and the opened steps are closed; a start that is already closing them is not interrupted.
 */
public final class Lifecycle {
    /** For a step without its own limit; above all limits that steps have. */
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

    /** Runs the steps, once. When a step fails, closes the opened ones in reverse order and then fails with a
     * {@link StartFailed} that names the step.
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

    /** Closes in reverse order. Idempotent: later calls return the same outcome. Never fails: a failed close is logged. */
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
            // Without an outcome the caller would wait for ever.
            unwind();
            done.completeExceptionally(new StartFailed(service, steps.current, fault));
            throw fault;
        }
    }

    /** True when a stop had interrupted the start. */
    private boolean unwind() {
        boolean interrupted;
        synchronized (this) {
            unwinding = true;
            // Clears the interrupt, because the closes wait too. No other one comes: see stop().
            interrupted = Thread.interrupted();
        }
        opened.closeAll();
        return interrupted;
    }

    private Future<Void> onContext(CompletableFuture<Void> done) {
        return Future.fromCompletionStage(done, vertx.getOrCreateContext());
    }

    @FunctionalInterface
    public interface Startup {
        void run(Steps on) throws Exception;
    }

    /** Only for the thread that runs the {@link Startup}. */
    public interface Steps {
        /** The opener may block. */
        <T> T open(String name, Callable<T> opener, Closer<? super T> closer) throws Exception;

        /** With its own limit, for a close that may take longer than 10 s. */
        <T> T open(String name, Duration closeLimit, Callable<T> opener, Closer<? super T> closer) throws Exception;

        /** Waits for the opener's future. */
        <T> T await(String name, Callable<Future<T>> opener, Function<? super T, Future<?>> closer) throws Exception;

        /** Runs a job now, and again after each pause until the stop. */
        default void repeat(String name, Duration pause, RepeatingTask.Job job) throws Exception {
            open(name, () -> RepeatingTask.start(name, pause, job), RepeatingTask::stop);
        }

        /** The same for a job that the start has already run once: it begins with a pause. */
        default void repeatAfterPause(String name, Duration pause, RepeatingTask.Job job) throws Exception {
            open(name, () -> RepeatingTask.startAfterPause(name, pause, job), RepeatingTask::stop);
        }

        void onStop(String name, Closer.Action action);

        /** With its own limit, for a drain that may take longer than 10 s. */
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
            current = name;
            var opening = opener.call();
            // Before the wait: a stop interrupts it, and what opens nevertheless must be closed, too.
            opened.push(name, () -> {
                // OpenSteps interrupts this wait at the limit of the close.
                opening.transform(result -> result.succeeded()
                                ? closer.apply(result.result()).<Void>mapEmpty()
                                : Future.<Void>succeededFuture())
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get();
            });
            return Blocking.await(opening, OPEN_LIMIT);
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
