package dev.faas.gateway;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.Standing;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How many of one function's activations wait, about. Thread-safe. */
final class FunctionLoad {
    private final Estimate queued = new Estimate();
    private final Refreshed<Optional<Standing>> standing;
    private volatile long usedAt;

    FunctionLoad(CommandQueue queue, String functionId) {
        standing = new Refreshed<>(() -> {
            long asking = queued.asking();
            // Without a consumer nobody counts, and what this gateway has added is all that is known.
            return queue.standing(functionId).whenComplete((found, failure) -> {
                if (failure == null) {
                    found.ifPresent(it -> queued.answered(asking, it.queued()));
                }
            });
        });
    }

    CompletableFuture<Optional<Standing>> standing() {
        usedAt = System.nanoTime();
        return standing.value();
    }

    /** The same, of just now. */
    CompletableFuture<Optional<Standing>> latest() {
        return standing.latest();
    }

    Estimate queued() {
        return queued;
    }

    long usedAt() {
        return usedAt;
    }
}
