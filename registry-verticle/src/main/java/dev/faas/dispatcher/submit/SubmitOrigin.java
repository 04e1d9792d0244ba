package dev.faas.dispatcher.submit;

import dev.faas.nats.retry.BusRetry;
import java.time.Duration;

/**
 * Where a submit of the dispatcher comes from.
 *
 * @param requestId names it in the logs
 * @param since of {@link System#nanoTime}
 */
public record SubmitOrigin(String requestId, long since) implements BusRetry.Request {
    public SubmitOrigin(String requestId) {
        this(requestId, System.nanoTime());
    }

    @Override
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    @Override
    public boolean hasDisconnected() {
        return false;
    }
}
