package dev.faas.activation;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvent.StateEvent;
import dev.faas.nats.BusException;
import dev.faas.nats.LiveMessage;
import dev.faas.nats.Nats;
import dev.faas.nats.StoredMessage;
import dev.faas.nats.Stream;
import dev.faas.wire.Codec;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes the event stream, the source of truth until an activation is pruned. Every state after the first is a
 * compare-and-set on the one before, so that two writers cannot both end an activation. Thread-safe, never blocks.
 */
public final class ActivationEvents implements States {
    /** The result of an append. */
    public sealed interface AppendResult {
        record Stored(Snapshot snapshot) implements AppendResult {}

        /** Another write came first; empty when the stream has no such activation, or none any more. */
        record Superseded(Optional<Snapshot> actual) implements AppendResult {}
    }

    private final Nats nats;
    private final Stream stream;

    public ActivationEvents(Nats nats) {
        this.nats = nats;
        this.stream = nats.stream(Subjects.EVENTS);
    }

    /** An activation to be accepted, in the form in which it will be stored. */
    public static final class Draft {
        private final ActivationRecord.Queued first;
        private final byte[] bytes;

        public Draft(ActivationRecord.Queued first) {
            this.first = first;
            this.bytes = Codec.encode(first);
        }

        public String id() {
            return first.id();
        }

        public int size() {
            return bytes.length;
        }

        /** When it is due; null: at once. */
        public @Nullable Instant notBefore() {
            return first.activation().notBefore();
        }
    }

    /** Stores the first state. This is the commit point: from now on the activation is not lost. */
    public CompletableFuture<AppendResult> accept(Draft draft) {
        return append(draft.first, draft.bytes, 0);
    }

    public CompletableFuture<AppendResult> accept(ActivationRecord.Queued first) {
        return accept(new Draft(first));
    }

    /** Stores the next state if the last one has this sequence. After a refusal, or without an answer, it reads the last state
     * from the leader: a write of ours whose answer was lost counts as stored. Fails with a {@link BusException} when the
     * outcome stays unknown.
     */
    @Override
    public CompletableFuture<AppendResult> append(ActivationRecord next, long expected) {
        return append(next, Codec.encode(next), expected);
    }

    private CompletableFuture<AppendResult> append(ActivationRecord next, byte[] bytes, long expected) {
        var subject = Subjects.state(next.id());
        return stream.appendIfLast(subject, bytes, expected)
                .<AppendResult>thenApply(sequence -> new AppendResult.Stored(new Snapshot(next, sequence)))
                .exceptionallyCompose(
                        failure -> resolveFailure(BusException.unwrap(failure), next, subject, bytes, expected));
    }

    private CompletableFuture<AppendResult> resolveFailure(
            Throwable failure, ActivationRecord written, String subject, byte[] bytes, long expected) {
        if (failure instanceof BusException.CompareAndSetRefused) {
            return compareWithLeader(written, subject, bytes);
        }
        if (failure instanceof BusException.OutcomeUnknown unknown) {
            // A failed read leaves the outcome unknown: "unavailable" would mean that nothing was stored.
            return compareWithLeader(written, subject, bytes)
                    .thenApply(found -> requireDecided(found, expected, unknown))
                    .exceptionallyCompose(alsoFailed -> CompletableFuture.failedFuture(unknown));
        }
        return CompletableFuture.failedFuture(failure);
    }

    private CompletableFuture<AppendResult> compareWithLeader(ActivationRecord written, String subject, byte[] bytes) {
        return stream.lastFromLeader(subject).thenApply(last -> {
            if (last.isPresent() && Arrays.equals(last.get().bytes(), bytes)) {
                return new AppendResult.Stored(new Snapshot(written, last.get().sequence()));
            }
            return new AppendResult.Superseded(last.map(ActivationEvents::snapshot));
        });
    }

    /** After a time-out the write may still be stored later, so its absence proves nothing. */
    private static AppendResult requireDecided(AppendResult found, long expected, BusException.OutcomeUnknown unknown) {
        if (found instanceof AppendResult.Superseded(var actual)
                && actual.map(Snapshot::sequence).orElse(0L) <= expected) {
            throw unknown;
        }
        return found;
    }

    /** The newest state. An end is final, so a replica may report it; any other state is read from the leader. */
    @Override
    public CompletableFuture<Optional<Snapshot>> last(String id) {
        return lastFromReplica(id)
                .thenCompose(seen -> seen.isPresent() && seen.get().record() instanceof ActivationRecord.Ended
                        ? CompletableFuture.completedFuture(seen)
                        : lastFromLeader(id));
    }

    @Override
    public CompletableFuture<Optional<Snapshot>> lastFromReplica(String id) {
        return stream.lastDirect(Subjects.state(id)).thenApply(found -> found.map(ActivationEvents::snapshot));
    }

    public CompletableFuture<Optional<Snapshot>> lastFromLeader(String id) {
        return stream.lastFromLeader(Subjects.state(id)).thenApply(last -> last.map(ActivationEvents::snapshot));
    }

    @Override
    public CompletableFuture<Optional<RunSpec>> runSpec(String id) {
        return acceptedState(id).thenApply(first -> first.map(ActivationRecord.Queued::order));
    }

    /** The first state, the only one with a {@link RunSpec}; empty when it has been pruned. */
    public CompletableFuture<Optional<ActivationRecord.Queued>> acceptedState(String id) {
        return nextState(id, 1)
                .thenApply(first -> first.map(StateEvent::record)
                        .filter(ActivationRecord.Queued.class::isInstance)
                        .map(ActivationRecord.Queued.class::cast)
                        .filter(queued -> queued.order() != null));
    }

    /** Stores a chunk if the activation's last chunk, of any run, has this sequence (0: if there is none). A writer that sends
     * chunks one after the other, and repeats those without an answer, leaves neither a gap nor a duplicate. Fails with
     * {@link BusException.CompareAndSetRefused}. The caller waits for all chunks before it appends the end.
     */
    public CompletableFuture<Long> appendOutput(String id, OutputChunk chunk, long expected) {
        return stream.appendIfLast(Subjects.output(id), chunk.headers(), chunk.bytes(), expected);
    }

    /** Stores a chunk without a condition. */
    public CompletableFuture<Long> appendOutput(String id, OutputChunk chunk) {
        return stream.append(Subjects.output(id), chunk.headers(), chunk.bytes());
    }

    /** The first state at or after a sequence. A replica may lag: what it does not have is read from the leader. */
    public CompletableFuture<Optional<StateEvent>> nextState(String id, long from) {
        return next(Subjects.state(id), from)
                .thenApply(found ->
                        found.map(m -> new StateEvent(m.sequence(), snapshot(m).record())));
    }

    /** The first output at or after a sequence, of any run. */
    public CompletableFuture<Optional<OutputEvent>> nextOutput(String id, long from) {
        return next(Subjects.output(id), from)
                .thenApply(found ->
                        found.map(m -> new OutputEvent(m.sequence(), OutputChunk.of(m.headers(), m.bytes()))));
    }

    /** The newest output on the leader, of any run: where a writer continues after a lost answer. */
    public CompletableFuture<Optional<OutputEvent>> lastOutput(String id) {
        return stream.lastFromLeader(Subjects.output(id))
                .thenApply(found ->
                        found.map(m -> new OutputEvent(m.sequence(), OutputChunk.of(m.headers(), m.bytes()))));
    }

    private CompletableFuture<Optional<StoredMessage>> next(String subject, long from) {
        return stream.nextDirect(subject, from)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : stream.nextFromLeader(subject, from));
    }

    /** Sequence of the newest output on the leader; 0 without any. */
    CompletableFuture<Long> lastOutputSequence(String id) {
        return stream.lastFromLeader(Subjects.output(id))
                .thenApply(last -> last.map(StoredMessage::sequence).orElse(0L));
    }

    /** Passes on events as they are stored, from now on; on a thread of the NATS client, which the listener must not block. */
    Nats.Subscription subscribe(String id, boolean statesOnly, Consumer<LiveEvent> listener) {
        return nats.subscribe(
                statesOnly ? Subjects.liveState(id) : Subjects.liveEvents(id),
                message -> listener.accept(toLiveEvent(message)));
    }

    /**
     * Passes on states as they are stored, from now on; any may be missed. On a thread of the NATS client, which the listener
     * must not block.
     */
    public Nats.Subscription subscribeToStates(String id, Consumer<ActivationRecord> listener) {
        return subscribe(id, true, live -> {
            if (live.event() instanceof StateEvent(long sequence, ActivationRecord record)) {
                listener.accept(record);
            }
        });
    }

    /** Completes when the server knows the subscriptions made before: they receive everything stored from then on. */
    CompletableFuture<Void> flushSubscriptions() {
        return nats.flush();
    }

    /** An event that a subscription received.
     *
     * @param previous sequence of the event before it on the same subject, which shows a gap
     */
    record LiveEvent(ActivationEvent event, long previous) {}

    private static LiveEvent toLiveEvent(LiveMessage message) {
        var m = message.message();
        var event = m.subject().endsWith(".state")
                ? new StateEvent(message.sequence(), snapshot(m).record())
                : new OutputEvent(message.sequence(), OutputChunk.of(m.headers(), m.bytes()));
        return new LiveEvent(event, message.previous());
    }

    public CompletableFuture<StreamUsage> streamUsage() {
        return stream.state().thenApply(state -> new StreamUsage(state.bytes(), state.maxBytes(), state.maxAge()));
    }

    /** The space that the stream uses, in bytes.
     *
     * @param limit 0 or less when there is no limit
     * @param maxAge of an event; zero when there is no limit
     */
    public record StreamUsage(long used, long limit, Duration maxAge) {
        /** From 0 to 1, as if so many more bytes were stored. */
        public double fillRatioWith(long more) {
            return limit <= 0 ? 0 : (double) (used + more) / limit;
        }
    }

    /** Removes one stored event, once the ledger has it. */
    public CompletableFuture<Boolean> prune(long sequence) {
        return stream.delete(sequence);
    }

    /** Removes all output of an activation in one command, which delays publishers: only for many chunks. */
    public CompletableFuture<Void> pruneOutput(String id) {
        return stream.purge(Subjects.output(id));
    }

    private static Snapshot snapshot(StoredMessage message) {
        return new Snapshot(Codec.decode(message.bytes(), ActivationRecord.class), message.sequence());
    }
}
