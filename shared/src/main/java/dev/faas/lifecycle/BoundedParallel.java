package dev.faas.lifecycle;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one step for each of many values, a limited number at a time, each on a virtual thread. Blocks. */
public final class BoundedParallel {
    /** May block. */
    @FunctionalInterface
    public interface Step<T> {
        void run(T value) throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(BoundedParallel.class);

    private BoundedParallel() {}

    /**
     * Runs the step for all values and then fails, with the first failure as its cause, when it failed for some.
     *
     * @param failure as in "3 activations could not be stopped"; the message of the first failure follows
     */
    public static <T> void runAll(List<T> values, int atOnce, String failure, Step<T> step)
            throws InterruptedException, IOException {
        var failed = run(values, atOnce, step).stream()
                .filter(each -> each.state() == Future.State.FAILED)
                .toList();
        if (!failed.isEmpty()) {
            var first = failed.getFirst().exceptionNow();
            throw new IOException(failed.size() + " " + failure + ": " + first.getMessage(), first);
        }
    }

    /** The values for which the step succeeded, in their order; the caller tries the others again in its next round. */
    public static <T> List<T> runAndReturnDone(List<T> values, int atOnce, Step<T> step) throws InterruptedException {
        return run(values, atOnce, step).stream()
                .filter(each -> each.state() == Future.State.SUCCESS)
                .map(Future::resultNow)
                .toList();
    }

    private static <T> List<Future<T>> run(List<T> values, int atOnce, Step<T> step) throws InterruptedException {
        var slots = new Semaphore(atOnce);
        var steps = values.stream()
                .map(value -> (Callable<T>) () -> {
                    slots.acquire();
                    try {
                        step.run(value);
                        return value;
                    } catch (Exception e) {
                        LOG.debug("step failed value={}", value, e);
                        throw e;
                    } finally {
                        slots.release();
                    }
                })
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(steps);
        }
    }
}
