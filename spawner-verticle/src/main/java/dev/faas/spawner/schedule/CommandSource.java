package dev.faas.spawner.schedule;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.nats.Delivery;
import dev.faas.nats.PullInbox.Pulled;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where work comes from. Nothing here blocks. */
public interface CommandSource extends AutoCloseable {
    /** What a request for work came to. */
    sealed interface Result {
        /** @param more false when the broker said that nothing else waits there */
        record Work(Delivery delivery, boolean moreWaiting) implements Result {}

        /** The queue is empty, or its function at its limit. */
        record Empty() implements Result {}

        /** The broker knows no such queue. */
        record NoQueue() implements Result {}
    }

    CompletableFuture<Result> pull(QueueKey key);

    /** Makes the broker know it. */
    CompletableFuture<Void> createQueue(QueueKey key);

    /** How every function's queue stands. */
    CompletableFuture<List<QueueStats>> allStats();

    /** The most commands of a function at once, as far as is known; a guess on the high side costs an empty pull. */
    int limit(QueueKey key);

    @Override
    void close();

    /**
     * The real one.
     *
     * @param expires how long a pull waits at the broker
     * @param late takes what comes after its pull was given up
     */
    static CommandSource of(CommandQueue queue, KnownFunctions limits, Duration expires, Consumer<Delivery> late) {
        var puller = queue.puller(late);
        return new CommandSource() {
            @Override
            public CompletableFuture<Result> pull(QueueKey key) {
                return puller.pull(key.function(), expires).thenApply(CommandSource::got);
            }

            @Override
            public CompletableFuture<Void> createQueue(QueueKey key) {
                return queue.ensure(key, limits.concurrency(key).orElse(1));
            }

            @Override
            public CompletableFuture<List<QueueStats>> allStats() {
                return queue.allStats();
            }

            @Override
            public int limit(QueueKey key) {
                return limits.concurrency(key).orElse(Integer.MAX_VALUE);
            }

            @Override
            public void close() {
                puller.close();
            }
        };
    }

    private static Result got(Pulled pulled) {
        return switch (pulled) {
            // A redelivered command does not say whether others wait to be redelivered too.
            case Pulled.Message(var delivery) ->
                new Result.Work(delivery, delivery.pending() > 0 || delivery.deliveries() > 1);
            case Pulled.Nothing nothing -> new Result.Empty();
            case Pulled.NoConsumer gone -> new Result.NoQueue();
        };
    }
}
