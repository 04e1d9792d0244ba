package dev.faas.gateway.submit;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How many of one function's activations wait, about. Thread-safe. */
final class FunctionLoad {
    private final CountEstimate queued = new CountEstimate();
    private final RefreshingValue<Optional<QueueStats>> standing;
    private volatile long usedAt;

    FunctionLoad(CommandQueue queue, String functionId) {
        standing = new RefreshingValue<>(() -> {
            long asking = queued.asking();
            // Without a consumer nobody counts, and what this gateway has added is all that is known.
            return queue.stats(functionId).whenComplete((found, failure) -> {
                if (failure == null) {
                    found.ifPresent(it -> queued.answered(asking, it.queued()));
                }
            });
        });
    }

    CompletableFuture<Optional<QueueStats>> standing() {
        usedAt = System.nanoTime();
        return standing.value();
    }

    /** The same, of just now. */
    CompletableFuture<Optional<QueueStats>> latest() {
        return standing.latest();
    }

    CountEstimate queued() {
        return queued;
    }

    long usedAt() {
        return usedAt;
    }
}
