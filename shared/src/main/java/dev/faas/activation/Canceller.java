package dev.faas.activation;

import dev.faas.activation.ActivationEvents.AppendResult;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cancels activations. A queued one ends here, and only then is its command removed from the queue. A running one is flagged,
 * and its spawner stops it. Among concurrent writers the first wins; a refused one reads the state
 * again. Thread-safe, never blocks.
 *
 * <pre>
 *   queued             CAS to cancelled ─▶ command removed     refused: start again from the newer state
 *   running            CAS of cancelRequested                  refused: start again from the newer state
 *   running, flagged   nothing to do
 *   ended              nothing to do
 * </pre>
 */
public final class Canceller {

    public sealed interface Outcome {
        /** This has ended it, or it runs and is flagged. */
        record Requested(ActivationRecord state) implements Outcome {}

        /** It had ended before; empty when the stream does not have it any more. */
        record AlreadyEnded(Optional<ActivationRecord> end) implements Outcome {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Canceller.class);
    /** Each refusal means that its state has changed once more; an activation changes only a few times. */
    private static final int MAX_TRIES = 20;

    private final ActivationEvents events;
    private final CommandQueue queue;
    private final InstantSource clock;

    public Canceller(ActivationEvents events, CommandQueue queue, InstantSource clock) {
        this.events = events;
        this.queue = queue;
        this.clock = clock;
    }

    /** @param known a state of it, which may be outdated */
    public CompletableFuture<Outcome> cancel(Snapshot known, Reason reason) {
        return cancel(known, reason, clock.instant());
    }

    /** @param at the same when the call is repeated: then what an earlier call stored is not taken for another's */
    public CompletableFuture<Outcome> cancel(Snapshot known, Reason reason, Instant at) {
        return cancel(known, reason, at.truncatedTo(ChronoUnit.MILLIS), MAX_TRIES);
    }

    private CompletableFuture<Outcome> cancel(Snapshot known, Reason reason, Instant at, int triesLeft) {
        if (triesLeft == 0) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("activation " + known.record().id()
                            + " could not be cancelled: its state changed " + MAX_TRIES + " times meanwhile"));
        }
        return switch (known.record()) {
            case ActivationRecord.Ended ended ->
                CompletableFuture.completedFuture(new Outcome.AlreadyEnded(Optional.of(ended)));
            case ActivationRecord.Running running
            when running.cancelRequested() != null -> CompletableFuture.completedFuture(new Outcome.Requested(running));
            case ActivationRecord.Running running ->
                append(running.requestCancel(reason), known, reason, at, triesLeft);
            case ActivationRecord.Queued queued -> append(queued.cancel(reason, at), known, reason, at, triesLeft);
        };
    }

    private CompletableFuture<Outcome> append(
            ActivationRecord next, Snapshot known, Reason reason, Instant at, int triesLeft) {
        return events.append(next, known.sequence()).thenCompose(appended -> switch (appended) {
            case AppendResult.Stored success -> removeCommand(next).thenApply(done -> new Outcome.Requested(next));
            case AppendResult.Superseded(Optional<Snapshot> actual)
            when actual.isPresent() -> cancel(actual.get(), reason, at, triesLeft - 1);
            case AppendResult.Superseded notFound ->
                CompletableFuture.completedFuture(new Outcome.AlreadyEnded(Optional.empty()));
        });
    }

    /** A command that stays in the queue does no harm: the spawner that takes it finds the end. */
    private CompletableFuture<Void> removeCommand(ActivationRecord state) {
        return state instanceof ActivationRecord.Ended
                ? queue.remove(ActivationCommand.of(state.activation())).exceptionally(failure -> {
                    LOG.info(
                            "command of a cancelled activation not removed activation={} error={}",
                            state.id(),
                            failure.getMessage());
                    return null;
                })
                : CompletableFuture.completedFuture(null);
    }
}
