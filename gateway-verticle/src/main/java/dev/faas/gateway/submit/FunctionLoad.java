package dev.faas.gateway.submit;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Estimates how many activations of one function are queued. Thread-safe. */
final class FunctionLoad {
    private final CountEstimate queuedCount = new CountEstimate();
    private final RefreshingValue<Optional<QueueStats>> stats;

    FunctionLoad(CommandQueue queue, String functionId) {
        stats = new RefreshingValue<>(() -> {
            long added = queuedCount.addedSoFar();
            // Without a consumer nothing is counted in NATS: what this gateway has added is all that is known.
            return queue.stats(functionId).whenComplete((found, failure) -> {
                if (failure == null) {
                    found.ifPresent(it -> queuedCount.update(added, it.queued()));
                }
            });
        });
    }

    CompletableFuture<Optional<QueueStats>> stats() {
        return stats.value();
    }

    CompletableFuture<Optional<QueueStats>> latestStats() {
        return stats.latest();
    }

    CountEstimate queuedCount() {
        return queuedCount;
    }
}
