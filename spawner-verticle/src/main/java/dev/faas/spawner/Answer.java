package dev.faas.spawner;

import dev.faas.nats.BusException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the bus on a thread that may block. Each request has its own limit; the one here is a net under all. */
final class Answer {
    private static final long NET_SECONDS = 60;

    private Answer() {}

    /** Throws what the request failed with: a {@link BusException} or another unchecked one. */
    static <T> T of(CompletableFuture<T> request) throws InterruptedException {
        try {
            return request.get(NET_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("a request to the bus outlived its limit", e);
        }
    }
}
