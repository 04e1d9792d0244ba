package dev.faas.spawner;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.Standing;
import dev.faas.nats.Delivery;
import dev.faas.nats.PullInbox.Pulled;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where work comes from. Nothing here blocks. */
interface Supply extends AutoCloseable {
    /** What a request for work came to. */
    sealed interface Got {
        /** @param more false when the broker said that nothing else waits there */
        record Work(Delivery delivery, boolean more) implements Got {}

        /** The queue is empty, or its function at its limit. */
        record Nothing() implements Got {}

        /** The broker knows no such queue. */
        record NoQueue() implements Got {}
    }

    CompletableFuture<Got> pull(QueueKey key);

    /** Makes the broker know it. */
    CompletableFuture<Void> make(QueueKey key);

    /** How every function's queue stands. */
    CompletableFuture<List<Standing>> standings();

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
    static Supply of(CommandQueue queue, KnownFunctions limits, Duration expires, Consumer<Delivery> late) {
        var puller = queue.puller(late);
        return new Supply() {
            @Override
            public CompletableFuture<Got> pull(QueueKey key) {
                return puller.pull(key.function(), expires).thenApply(Supply::got);
            }

            @Override
            public CompletableFuture<Void> make(QueueKey key) {
                return queue.ensure(key, limits.of(key).orElse(1));
            }

            @Override
            public CompletableFuture<List<Standing>> standings() {
                return queue.standings();
            }

            @Override
            public int limit(QueueKey key) {
                return limits.of(key).orElse(Integer.MAX_VALUE);
            }

            @Override
            public void close() {
                puller.close();
            }
        };
    }

    private static Got got(Pulled pulled) {
        return switch (pulled) {
            // A redelivered command does not say whether others wait to be redelivered too.
            case Pulled.Message(var delivery) ->
                new Got.Work(delivery, delivery.pending() > 0 || delivery.deliveries() > 1);
            case Pulled.Nothing nothing -> new Got.Nothing();
            case Pulled.NoConsumer gone -> new Got.NoQueue();
        };
    }
}
