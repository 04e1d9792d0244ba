package dev.faas.acceptance;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Estimates how many activations of one function are queued. Thread-safe. */
final class FunctionLoad {
    /** Work gets a consumer within seconds. */
    static final Duration WITHOUT_CONSUMER = Duration.ofMinutes(1);

    private final CountEstimate queuedCount = new CountEstimate();
    private final RefreshingValue<Optional<QueueStats>> stats;
    private final Duration withoutConsumer;

    /** @param withoutConsumer after the last submit: from then on a missing consumer means that nothing is queued */
    FunctionLoad(CommandQueue queue, String functionId, Duration withoutConsumer) {
        this.withoutConsumer = withoutConsumer;
        stats = new RefreshingValue<>(() -> {
            long added = queuedCount.addedSoFar();
            return queue.stats(functionId).whenComplete((found, failure) -> {
                if (failure == null) {
                    found.map(QueueStats::queued)
                            .or(this::countWithoutConsumer)
                            .ifPresent(queued -> queuedCount.update(added, queued));
                }
            });
        });
    }

    /** Until then all that is known is what this gateway has added. */
    private Optional<Long> countWithoutConsumer() {
        return queuedCount.timeSinceAdd().compareTo(withoutConsumer) > 0 ? Optional.of(0L) : Optional.empty();
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
