package dev.faas.lifecycle;

import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * What no part can mend by itself, only a process that starts anew. A thread that finds one out ends with it; the program, which
 * alone may end the process, hears of it by {@link #onUncaught}.
 */
public final class Unrecoverable extends RuntimeException {
    public Unrecoverable(String message) {
        super(message);
    }

    /** From now on, for the whole JVM. The listener is called on the thread that ends, and must not block. */
    public static void onUncaught(Consumer<Unrecoverable> listener) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            var log = LoggerFactory.getLogger(Unrecoverable.class);
            if (failure instanceof Unrecoverable end) {
                log.error("{}", end.getMessage());
                listener.accept(end);
            } else {
                log.error("thread {} ended by an exception", thread.getName(), failure);
            }
        });
    }
}
