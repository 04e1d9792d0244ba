package dev.faas.lifecycle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The same done to many things, so many of them at a time, each on a virtual thread. */
public final class BoundedParallel {
    /** What is done to one; may block. */
    @FunctionalInterface
    public interface Step<T> {
        void run(T each) throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(BoundedParallel.class);

    private BoundedParallel() {}

    /**
     * Fails in the end when it could not be done to all. Blocks.
     *
     * @param undone of so many, as in "3 activations could not be stopped"
     */
    public static <T> void runAll(List<T> all, int atOnce, String undone, Step<T> step)
            throws InterruptedException, IOException {
        int failed = all.size() - runAndReturnDone(all, atOnce, step).size();
        if (failed > 0) {
            throw new IOException(failed + " " + undone);
        }
    }

    /** Those that it was done to, in their order; what failed is left to the next round. Blocks. */
    public static <T> List<T> runAndReturnDone(List<T> all, int atOnce, Step<T> step) throws InterruptedException {
        var slots = new Semaphore(atOnce);
        var work = all.stream()
                .map(each -> (Callable<T>) () -> {
                    slots.acquire();
                    try {
                        step.run(each);
                        return each;
                    } finally {
                        slots.release();
                    }
                })
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = new ArrayList<T>();
            for (var each : threads.invokeAll(work)) {
                if (each.state() == Future.State.SUCCESS) {
                    done.add(each.resultNow());
                } else {
                    LOG.debug("one of {} failed", all.size(), each.exceptionNow());
                }
            }
            return done;
        }
    }
}
