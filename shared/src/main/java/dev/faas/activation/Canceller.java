package dev.faas.activation;

import dev.faas.activation.ActivationEvents.AppendResult;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops activations, whoever asks for it and why. One that is queued ends here, and only then is its command taken out of
 * the queue; one that runs is marked, which its spawner obeys. Whatever comes first, a claim, an end or this, the others
 * see it and go by it. Thread-safe, never blocks.
 *
 * <pre>
 *   queued             CAS to cancelled ─▶ command removed     refused: look at what came first
 *   running            CAS of cancelRequested                  refused: look at what came first
 *   running, marked    nothing to do
 *   ended              too late
 * </pre>
 */
public final class Canceller {
    /** What became of it. */
    public sealed interface Outcome {
        /** It has ended by this, or runs and is marked. */
        record Requested(ActivationRecord state) implements Outcome {}

        /** It had ended before; empty when the stream has it no more. */
        record AlreadyEnded(Optional<ActivationRecord> end) implements Outcome {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Canceller.class);
    /** Each refusal means that it has gone on by a step; more than a few are no accident. */
    private static final int MAX_TRIES = 20;

    private final ActivationEvents events;
    private final CommandQueue queue;
    private final InstantSource clock;

    public Canceller(ActivationEvents events, CommandQueue queue, InstantSource clock) {
        this.events = events;
        this.queue = queue;
        this.clock = clock;
    }

    /** @param known a state of it, which need not be the last one any more */
    public CompletableFuture<Outcome> cancel(Snapshot known, Reason reason) {
        return cancel(known, reason, MAX_TRIES);
    }

    private CompletableFuture<Outcome> cancel(Snapshot known, Reason reason, int triesLeft) {
        if (triesLeft == 0) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException(known.record().id() + " changes too often to be cancelled"));
        }
        return switch (known.record()) {
            case ActivationRecord.Ended ended ->
                CompletableFuture.completedFuture(new Outcome.AlreadyEnded(Optional.of(ended)));
            case ActivationRecord.Running running
            when running.cancelRequested() != null -> CompletableFuture.completedFuture(new Outcome.Requested(running));
            case ActivationRecord.Running running -> append(running.requestCancel(reason), known, reason, triesLeft);
            case ActivationRecord.Queued queued ->
                append(queued.cancel(reason, clock.instant().truncatedTo(ChronoUnit.MILLIS)), known, reason, triesLeft);
        };
    }

    private CompletableFuture<Outcome> append(ActivationRecord next, Snapshot known, Reason reason, int triesLeft) {
        return events.append(next, known.sequence()).thenCompose(appended -> switch (appended) {
            case AppendResult.Stored stored -> removeCommand(next).thenApply(gone -> new Outcome.Requested(next));
            case AppendResult.Superseded(Optional<Snapshot> actual)
            when actual.isPresent() -> cancel(actual.get(), reason, triesLeft - 1);
            case AppendResult.Superseded gone ->
                CompletableFuture.completedFuture(new Outcome.AlreadyEnded(Optional.empty()));
        });
    }

    /** One that stays behind does no harm: whoever takes it finds the end. */
    private CompletableFuture<Void> removeCommand(ActivationRecord stored) {
        return stored instanceof ActivationRecord.Ended
                ? queue.remove(ActivationCommand.of(stored.activation())).exceptionally(failure -> {
                    LOG.info("the command of {} stays in the queue: {}", stored.id(), failure.getMessage());
                    return null;
                })
                : CompletableFuture.completedFuture(null);
    }
}
