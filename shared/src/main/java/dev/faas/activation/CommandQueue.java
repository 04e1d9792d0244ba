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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Reads and writes the work queue. Each activation has one command on its own subject. Each function has one durable consumer,
 * whose limit of unacknowledged messages is the function's concurrency across all spawners. Thread-safe, never blocks.
 */
public final class CommandQueue {
    /** The queue group of all spawners. */
    private static final String SPAWNERS = "spawners";

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

    /** From 0 to 1. */
    public CompletableFuture<Double> fillRatio() {
        return stream.state().thenApply(Stream.State::fillRatio);
    }

    /** Succeeds also when the command is already queued, or delivered and not acknowledged; it is then not stored again. */
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

    /** Stores when the next attempt of a command is due. Also when the same is stored: that one may have been enqueued already, and
     * is about to be acknowledged.
     */
    public CompletableFuture<Void> scheduleRetry(PendingRetry pendingRetry) {
        return retries.append(Subjects.retry(pendingRetry.command().id()), Map.of(), Codec.encode(pendingRetry))
                .thenApply(sequence -> null);
    }

    /** Whether it is queued, or delivered and not acknowledged. */
    public CompletableFuture<Boolean> contains(ActivationCommand command) {
        return stream.lastFromLeader(subject(command)).thenApply(Optional::isPresent);
    }

    /** Where the command of a queued activation is. */
    public sealed interface CommandLocation {

        record NotQueued() implements CommandLocation {}

        /** It has not been delivered yet, or its function is at its limit. */
        record Waiting() implements CommandLocation {}

        /** It was delivered and is not acknowledged; it may be delivered again. */
        record Delivered(long sequence) implements CommandLocation {}
    }

    public CompletableFuture<CommandLocation> locate(ActivationCommand command) {
        return stream.lastFromLeader(subject(command))
                .thenCombine(consumers.state(Subjects.consumer(command.functionId())), CommandQueue::locate);
    }

    private static CommandLocation locate(Optional<StoredMessage> message, Optional<ConsumerState> consumer) {
        if (message.isEmpty()) {
            return new CommandLocation.NotQueued();
        }
        long sequence = message.get().sequence();
        return consumer.filter(it -> sequence <= it.delivered() && it.unacked() < it.maxAckPending())
                .<CommandLocation>map(it -> new CommandLocation.Delivered(sequence))
                .orElseGet(CommandLocation.Waiting::new);
    }

    /** Removes a queued command, or one that waits for its retry. Must not be called for one that runs. */
    public CompletableFuture<Void> remove(ActivationCommand command) {
        return CompletableFuture.allOf(remove(stream, subject(command)), remove(retries, Subjects.retry(command.id())));
    }

    /** Deletes by sequence: a purge by subject takes ten times as long and delays publishers. */
    private static CompletableFuture<?> remove(Stream stream, String subject) {
        return stream.lastFromLeader(subject)
                .thenCompose(last -> last.isPresent()
                        ? stream.delete(last.get().sequence())
                        : CompletableFuture.completedFuture(false));
    }

    /** Creates the function's consumer, or adjusts its limit. */
    public CompletableFuture<Void> ensureConsumer(FunctionRevision function) {
        return ensureConsumer(
                new QueueKey(function.owner(), function.id()), function.spec().concurrency());
    }

    /** Adjusts the limit of the function's consumer, if it has one. */
    public CompletableFuture<Void> updateLimit(FunctionRevision function) {
        return stats(function.id())
                .thenCompose(found -> found.filter(
                                stats -> stats.limit() != function.spec().concurrency())
                        .map(outdated -> ensureConsumer(function))
                        .orElse(CompletableFuture.completedFuture(null)));
    }

    public CompletableFuture<Void> ensureConsumer(QueueKey key, int concurrency) {
        return consumers.ensure(
                Subjects.consumer(key.function()), Subjects.functionQueue(key.owner(), key.function()), concurrency);
    }

    /** Removes the consumer of a function without queued or running commands. One that arrives meanwhile stays in the stream. */
    public CompletableFuture<Void> removeConsumer(QueueKey key) {
        return consumers.delete(Subjects.consumer(key.function()));
    }

    /** Removes the consumer of a function and its remaining commands. Only for a function that has nothing running. */
    public CompletableFuture<Void> removeQueue(QueueKey function) {
        return removeConsumer(function)
                .thenCompose(deleted -> stream.purge(Subjects.functionQueue(function.owner(), function.function())));
    }

    /** Empty when the function has no consumer. */
    public CompletableFuture<Optional<QueueStats>> stats(String functionId) {
        return consumers.state(Subjects.consumer(functionId)).thenApply(found -> found.flatMap(CommandQueue::stats));
    }

    /** Estimates how many of its function's commands come before this one: exact when the stream holds no commands of other
     * functions in that range. Empty when it is not in the queue.
     */
    public CompletableFuture<OptionalLong> countAhead(ActivationCommand command) {
        var message = stream.lastFromLeader(subject(command));
        var consumer = consumers.state(Subjects.consumer(command.functionId()));
        return message.thenCombine(
                        consumer,
                        (found, state) -> found.flatMap(it -> state.map(queue -> new Position(it.sequence(), queue))))
                .thenCombine(
                        stream.state(),
                        (found, all) -> found.map(it -> OptionalLong.of(it.countBefore(all.lastSequence())))
                                .orElse(OptionalLong.empty()));
    }

    private record Position(long sequence, ConsumerState queue) {
        /** Assumes that the function's commands are spread evenly between the last delivered one and the end of the stream. */
        long countBefore(long end) {
            long ahead = Math.max(0, sequence - queue.delivered() - 1);
            long rest = Math.max(1, end - queue.delivered());
            return queue.pending() == 0 ? 0 : Math.min(queue.pending() - 1, queue.pending() * ahead / rest);
        }
    }

    /** Reads the stats of every function, from one list of all consumers. */
    public CompletableFuture<List<QueueStats>> allStats() {
        return consumers
                .list()
                .thenApply(all ->
                        all.stream().flatMap(state -> stats(state).stream()).toList());
    }

    private static Optional<QueueStats> stats(ConsumerState state) {
        return Subjects.queueKey(state.filter())
                .map(key -> new QueueStats(
                        key,
                        state.pending(),
                        state.unacked(),
                        state.maxAckPending(),
                        state.current(),
                        state.delivered()));
    }

    /** One function's queue.
     *
     * @param queued commands not delivered yet
     * @param running delivered and not acknowledged: running, or handed back and waiting for redelivery
     * @param limit how many may run at once
     * @param delivered changes with each command that is delivered for the first time
     * @param current false when an older version created the consumer with other timings; {@code ensureConsumer} updates it
     */
    public record QueueStats(QueueKey key, long queued, int running, int limit, boolean current, long delivered) {}

    /** Receives a share of the work notifications: each goes to one of the spawners, and may be lost. On a thread of the NATS client. */
    public Nats.Subscription takeWork(Consumer<QueueKey> listener) {
        return nats.subscribe(
                Subjects.ALL_WORK_NOTIFICATIONS,
                SPAWNERS,
                message -> Subjects.queueKey(message.message().subject()).ifPresent(listener));
    }

    public void notifyWork(QueueKey key) {
        nats.publish(Subjects.workNotification(key.owner(), key.function()), new byte[0]);
    }

    /** Opens the inbox with which one spawner pulls. A message that arrives after its pull was given up goes to {@code unexpected}. */
    public Puller openPuller(Consumer<Delivery> unexpected) {
        return new Puller(nats.openPullInbox(Subjects.ACTIVATIONS, unexpected));
    }

    public static ActivationCommand decodeCommand(Delivery delivery) {
        return Codec.decode(delivery.bytes(), ActivationCommand.class);
    }

    /** Of a delivery of the consumer {@link Subjects#RETRIER}. */
    public static PendingRetry decodePendingRetry(Delivery delivery) {
        return Codec.decode(delivery.bytes(), PendingRetry.class);
    }

    /** Pulls commands of one function at a time. */
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
