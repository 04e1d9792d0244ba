package dev.faas.activation;

import dev.faas.nats.BusException;
import dev.faas.nats.Consumers;
import dev.faas.nats.Consumers.ConsumerState;
import dev.faas.nats.Delivery;
import dev.faas.nats.Nats;
import dev.faas.nats.PullInbox;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.nats.StoredMessage;
import dev.faas.nats.Stream;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The work queue: one command an activation, on a subject of its own, and one durable consumer a function, whose limit of
 * unacknowledged messages is the function's concurrency across all spawners. Thread-safe, never blocks.
 */
public final class CommandQueue {
    private static final int RETRY_WRITE_TRIES = 5;

    private final Nats nats;
    private final Stream stream;
    private final Stream retries;
    private final Consumers consumers;

    public CommandQueue(Nats nats) {
        this.nats = nats;
        this.stream = nats.stream(Subjects.ACTIVATIONS);
        this.retries = nats.stream(Subjects.RETRIES);
        this.consumers = stream.consumers();
    }

    /** Enqueues once: a command that is queued, or taken and not acknowledged, is there already, and that is fine. */
    public CompletableFuture<Void> enqueue(ActivationCommand command) {
        return stream.appendIfLast(subject(command), Codec.encode(command), 0)
                .<Void>thenApply(sequence -> null)
                .exceptionallyCompose(failure -> {
                    var cause = BusException.unwrap(failure);
                    return cause instanceof BusException.CompareAndSetRefused
                            ? CompletableFuture.completedFuture(null)
                            : CompletableFuture.failedFuture(cause);
                });
    }

    /** Lays a command aside until its next attempt is due; once, however often it is asked for. */
    public CompletableFuture<Void> scheduleRetry(PendingRetry parked) {
        return scheduleRetry(parked, 0, RETRY_WRITE_TRIES);
    }

    private CompletableFuture<Void> scheduleRetry(PendingRetry parked, long expected, int tries) {
        var subject = Subjects.retry(parked.command().id());
        return retries.appendIfLast(subject, Codec.encode(parked), expected)
                .<Void>thenApply(sequence -> null)
                .exceptionallyCompose(failure -> {
                    var cause = BusException.unwrap(failure);
                    return cause instanceof BusException.CompareAndSetRefused && tries > 1
                            ? scheduleBehind(subject, parked, tries - 1)
                            : CompletableFuture.failedFuture(cause);
                });
    }

    /** What lies there is this very wait, or an earlier one that has been enqueued and not acknowledged yet. */
    private CompletableFuture<Void> scheduleBehind(String subject, PendingRetry parked, int tries) {
        return retries.lastFromLeader(subject).thenCompose(last -> {
            if (last.isPresent() && Arrays.equals(last.get().bytes(), Codec.encode(parked))) {
                return CompletableFuture.completedFuture(null);
            }
            return scheduleRetry(parked, last.map(StoredMessage::sequence).orElse(0L), tries);
        });
    }

    /** Whether it is queued, or taken and not acknowledged. */
    public CompletableFuture<Boolean> contains(ActivationCommand command) {
        return stream.lastFromLeader(subject(command)).thenApply(Optional::isPresent);
    }

    /** Where a command is that is to be run. */
    public sealed interface CommandLocation {
        /** Not in the queue. */
        record NotQueued() implements CommandLocation {}

        /** Nobody has had it yet, or its function is at its limit. */
        record Waiting() implements CommandLocation {}

        /** Somebody has it, or has had it: by now it could be given out again. */
        record Delivered(long sequence) implements CommandLocation {}
    }

    public CompletableFuture<CommandLocation> locate(ActivationCommand command) {
        return stream.lastFromLeader(subject(command))
                .thenCombine(consumers.state(Subjects.consumer(command.functionId())), CommandQueue::locate);
    }

    private static CommandLocation locate(Optional<StoredMessage> stored, Optional<ConsumerState> consumer) {
        if (stored.isEmpty()) {
            return new CommandLocation.NotQueued();
        }
        long sequence = stored.get().sequence();
        return consumer.filter(it -> sequence <= it.delivered() && it.unacked() < it.maxAckPending())
                .<CommandLocation>map(it -> new CommandLocation.Delivered(sequence))
                .orElseGet(CommandLocation.Waiting::new);
    }

    /** Takes a queued command out, or one that waits for another attempt. Never for one that runs. */
    public CompletableFuture<Void> remove(ActivationCommand command) {
        return CompletableFuture.allOf(
                remove(stream, subject(command)), remove(nats.stream(Subjects.RETRIES), Subjects.retry(command.id())));
    }

    /** By sequence: a purge by subject takes ten times as long, and its publishers feel it. */
    private static CompletableFuture<?> remove(Stream stream, String subject) {
        return stream.lastFromLeader(subject)
                .thenCompose(last -> last.isPresent()
                        ? stream.delete(last.get().sequence())
                        : CompletableFuture.completedFuture(false));
    }

    /** Makes the function's consumer, or adjusts its limit. */
    public CompletableFuture<Void> ensureConsumer(FunctionRevision function) {
        return ensureConsumer(
                new QueueKey(function.owner(), function.id()), function.spec().concurrency());
    }

    public CompletableFuture<Void> ensureConsumer(QueueKey key, int concurrency) {
        return consumers.ensure(
                Subjects.consumer(key.function()), Subjects.functionQueue(key.owner(), key.function()), concurrency);
    }

    /** Removes the queue of a function that has nothing running: its consumer, and commands that mean nothing any more. */
    public CompletableFuture<Void> removeQueue(QueueKey function) {
        return consumers
                .delete(Subjects.consumer(function.function()))
                .thenCompose(gone -> stream.purge(Subjects.functionQueue(function.owner(), function.function())));
    }

    /** How one function's queue stands; empty when it has no consumer. */
    public CompletableFuture<Optional<QueueStats>> stats(String functionId) {
        return consumers.state(Subjects.consumer(functionId)).thenApply(found -> found.flatMap(CommandQueue::stats));
    }

    /**
     * How many of its function's commands come before this one, about: exact while no other function's come in between.
     * Empty when it is not in the queue.
     */
    public CompletableFuture<OptionalLong> countAhead(ActivationCommand command) {
        var message = stream.lastFromLeader(subject(command));
        var consumer = consumers.state(Subjects.consumer(command.functionId()));
        return message.thenCombine(
                        consumer,
                        (found, state) ->
                                found.flatMap(stored -> state.map(queue -> new Position(stored.sequence(), queue))))
                .thenCombine(
                        stream.state(),
                        (found, all) -> found.map(it -> OptionalLong.of(it.countBefore(all.lastSequence())))
                                .orElse(OptionalLong.empty()));
    }

    private record Position(long sequence, ConsumerState queue) {
        /** The commands of the function taken for evenly spread between the last one delivered and the end of the stream. */
        long countBefore(long end) {
            long ahead = Math.max(0, sequence - queue.delivered() - 1);
            long rest = Math.max(1, end - queue.delivered());
            return queue.pending() == 0 ? 0 : Math.min(queue.pending() - 1, queue.pending() * ahead / rest);
        }
    }

    /** How every function's queue stands. 140 ms for a thousand. */
    public CompletableFuture<List<QueueStats>> allStats() {
        return consumers
                .list()
                .thenApply(all ->
                        all.stream().flatMap(state -> stats(state).stream()).toList());
    }

    private static Optional<QueueStats> stats(ConsumerState state) {
        return Subjects.queueKey(state.filter())
                .map(key ->
                        new QueueStats(key, state.pending(), state.unacked(), state.maxAckPending(), state.current()));
    }

    /**
     * One function's queue.
     *
     * @param queued commands not taken yet
     * @param running taken ones
     * @param limit how many may be taken at once
     * @param current false when it has to be made anew, by an {@code ensure}, to have the rhythm of this version
     */
    public record QueueStats(QueueKey key, long queued, int running, int limit, boolean current) {}

    /** Hints that a function has work: an optimisation, any of which may get lost. On a thread of the bus. */
    public Nats.Subscription onWork(Consumer<QueueKey> listener) {
        return nats.subscribe(
                Subjects.ALL_WORK_NOTIFICATIONS,
                message -> Subjects.queueKey(message.message().subject()).ifPresent(listener));
    }

    /** Gives such a hint by hand. */
    public void notifyWork(QueueKey key) {
        nats.publish(Subjects.workNotification(key.owner(), key.function()), new byte[0]);
    }

    /** Opens the inbox under which one spawner pulls; a late message goes to {@code unexpected}. */
    public Puller openPuller(Consumer<Delivery> unexpected) {
        return new Puller(nats.openPullInbox(Subjects.ACTIVATIONS, unexpected));
    }

    /** What a delivery asks for. */
    public static ActivationCommand decodeCommand(Delivery delivery) {
        return Codec.decode(delivery.bytes(), ActivationCommand.class);
    }

    /** What a delivery of the consumer {@link Subjects#RETRIER} says. */
    public static PendingRetry decodePendingRetry(Delivery delivery) {
        return Codec.decode(delivery.bytes(), PendingRetry.class);
    }

    /** Takes commands of one function at a time. */
    public static final class Puller implements AutoCloseable {
        private final PullInbox inbox;

        private Puller(PullInbox inbox) {
            this.inbox = inbox;
        }

        public CompletableFuture<PullResult> pull(String functionId, Duration expires) {
            return inbox.pull(Subjects.consumer(functionId), expires);
        }

        @Override
        public void close() {
            inbox.close();
        }
    }

    private static String subject(ActivationCommand command) {
        return Subjects.command(command.owner(), command.functionId(), command.id());
    }
}
