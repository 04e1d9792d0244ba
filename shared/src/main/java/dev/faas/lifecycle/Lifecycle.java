package dev.faas.lifecycle;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * Ordered start, unwind on failure, ordered stop. The steps run on one virtual thread, top to bottom, and may block.
 */
public final class Lifecycle {
    public Lifecycle(Vertx vertx, String service) {}

    /** Runs the steps; a failing one closes what was opened, in reverse, and fails with {@link StartFailed}. */
    public Future<Void> start(Startup startup) {
        return Future.failedFuture(new UnsupportedOperationException());
    }

    /** Closes in reverse, each close bounded in time; a close that fails does not stop the later ones. Idempotent. */
    public Future<Void> stop() {
        return Future.failedFuture(new UnsupportedOperationException());
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

        /** Opens by a future, which is waited for. */
        <T> T await(String name, Callable<Future<T>> opener, Function<? super T, Future<?>> closer) throws Exception;

        /** A close step without an opener, such as a drain. */
        void onStop(String name, Closer.Action action);

        /** The same with its own limit, for a drain that is longer than the usual 10 s. */
        void onStop(String name, Duration limit, Closer.Action action);
    }
}
