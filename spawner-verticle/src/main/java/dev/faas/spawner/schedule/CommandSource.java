package dev.faas.spawner.schedule;

import dev.faas.activation.CommandQueue;
import dev.faas.nats.Delivery;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.wire.Capacity;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Pulls commands from the broker. Nothing here blocks. */
public interface CommandSource extends AutoCloseable {
    /** The result of one pull. */
    sealed interface Result {
        /** @param moreWaiting false when the broker reported that the queue is now empty */
        record Work(Delivery delivery, boolean moreWaiting) implements Result {}

        /** The queue is empty, or the function has reached its concurrency limit. */
        record Empty() implements Result {}

        /** The function has no consumer at the broker. */
        record NoQueue() implements Result {}
    }

    CompletableFuture<Result> pull(QueueKey key);

    /** Creates the function's consumer at the broker. */
    CompletableFuture<Void> createQueue(QueueKey key);

    /** The function's concurrency limit if it is known, else a high value: that costs one empty pull. 0: it is paused. */
    int limit(QueueKey key);

    /** What a run of the function's current revision needs; that of a default function if it is unknown. */
    Capacity need(QueueKey key);

    @Override
    void close();

    /**
     * The source that pulls from NATS.
     *
     * @param expires how long a pull waits at the broker
     * @param late receives commands that arrive after their pull has expired
     */
    static CommandSource of(CommandQueue queue, KnownFunctions limits, Duration expires, Consumer<Delivery> late) {
        var puller = queue.openPuller(late);
        return new CommandSource() {
            @Override
            public CompletableFuture<Result> pull(QueueKey key) {
                return puller.pull(key.function(), expires).thenApply(CommandSource::toResult);
            }

            @Override
            public CompletableFuture<Void> createQueue(QueueKey key) {
                return queue.ensureConsumer(key, limits.concurrency(key).orElse(1));
            }

            @Override
            public int limit(QueueKey key) {
                return limits.pauses(key.function()).isPaused()
                        ? 0
                        : limits.concurrency(key).orElse(Integer.MAX_VALUE);
            }

            @Override
            public Capacity need(QueueKey key) {
                return limits.need(key);
            }

            @Override
            public void close() {
                puller.close();
            }
        };
    }

    private static Result toResult(PullResult pulled) {
        return switch (pulled) {
            // pending() does not count commands that wait for redelivery.
            case PullResult.Message(var delivery) ->
                new Result.Work(delivery, delivery.pending() > 0 || delivery.deliveryCount() > 1);
            case PullResult.Empty empty -> new Result.Empty();
            case PullResult.NoConsumer missing -> new Result.NoQueue();
        };
    }
}
