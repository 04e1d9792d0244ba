package dev.faas.lifecycle;

import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Reports a state that only a restart of the process can repair. The thread that finds it ends with this exception, and
 * {@link #onUncaught} passes it on to the program, which ends the process.
 */
public final class Unrecoverable extends RuntimeException {
    public Unrecoverable(String message) {
        super(message);
    }

    /** Applies to the whole JVM. The listener is called on the thread that ends, and must not block. */
    public static void onUncaught(Consumer<Unrecoverable> listener) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            var log = LoggerFactory.getLogger(Unrecoverable.class);
            if (failure instanceof Unrecoverable end) {
                log.error("{}", end.getMessage());
                listener.accept(end);
            } else {
                log.error("thread ended by an exception thread={}", thread.getName(), failure);
            }
        });
    }
}
