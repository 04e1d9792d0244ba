package dev.faas.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The rhythm of a load program or of a fake: how long a fault lasts, when the next request is due, how long a played process
 * works. A test that waits for something uses {@link Await}.
 */
public final class Pause {
    private Pause() {}

    public static void of(Duration time) throws InterruptedException {
        try {
            new CompletableFuture<Void>()
                    .completeOnTimeout(null, Math.max(0, time.toNanos()), TimeUnit.NANOSECONDS)
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
