package dev.faas.activation;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvent.StateEvent;
import dev.faas.nats.Nats.Subscription;
import dev.faas.nats.live.CatchUpSubscription;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reports the events of one activation, in order, each once, from a sequence to its end.
 *
 * <pre>
 *   states only, after a known state:   subscribe live ─▶ live, and a check: at once, or after a second for a fresh state
 * </pre>
 * Each live event carries the sequence of the one before it of its kind, and each chunk its run, so a missed event is noticed
 * when the next one arrives. If the last event is missed, a check notices.
 */
public final class ActivationFeed extends CatchUpSubscription<ActivationEvents.LiveEvent> {
    /** Receives the events, on the feed's executor. */
    public interface Listener {
        void onEvent(ActivationEvent event);

        /** After the terminal state. */
        void onEnd();

        /** The stream has no such activation, or none any more. */
        void onNotFound();

        /** NATS did not answer for too long. */
        void onFailure(Throwable cause);
    }

    private static final Duration CHECK_AFTER = Duration.ofSeconds(1);

    private final ActivationEvents events;
    private final String id;
    private final long startAfter;
    private final boolean statesOnly;
    private final boolean isFresh;
    private final Listener listener;

    private long stateSeen;
    private long outputSeen;
    private @Nullable String runId;

    /** Reports all events.
     *
     * @param after reports only events with a higher sequence; 0: all
     */
    public ActivationFeed(ActivationEvents events, String id, long after, Executor executor, Listener listener) {
        this(events, id, after, false, false, executor, listener);
        this.outputSeen = after;
    }

    /** Reports the states after a known one.
     *
     * @param isFresh the known state was stored or read a moment ago, so that the first check can wait
     */
    public static ActivationFeed ofStates(
            ActivationEvents events, Snapshot known, boolean isFresh, Executor executor, Listener listener) {
        var feed = new ActivationFeed(events, known.record().id(), known.sequence(), true, isFresh, executor, listener);
        feed.stateSeen = known.sequence();
        return feed;
    }

    private ActivationFeed(
            ActivationEvents events,
            String id,
            long after,
            boolean statesOnly,
            boolean isFresh,
            Executor executor,
            Listener listener) {
        super(executor, !statesOnly);
        this.events = events;
        this.id = id;
        this.startAfter = after;
        this.statesOnly = statesOnly;
        this.isFresh = isFresh;
        this.listener = listener;
    }

    /** Called once, on the executor. */
    public void start() {
        open();
        if (isFresh) {
            checkLater();
        } else {
            whenDone(events.flushSubscriptions(), ignored -> startReading());
        }
    }

    @Override
    protected Subscription subscribe(Consumer<ActivationEvents.LiveEvent> onLive) {
        return events.subscribe(id, statesOnly, onLive);
    }

    private void startReading() {
        if (stateSeen == 0) {
            replay();
        } else {
            check();
            checkLater();
        }
    }

    /** Asks the leader whether an event was missed: at each heartbeat of the caller, and after a reconnect. */
    public void check() {
        if (isLive()) {
            whenDone(events.lastFromLeader(id), last -> {
                // No state: the activation ended and was pruned before its end reached this feed.
                if (isLive() && last.map(Snapshot::sequence).orElse(Long.MAX_VALUE) > stateSeen) {
                    replay();
                }
            });
        }
    }

    @Override
    protected void readStored() {
        whenDone(
                events.lastFromLeader(id),
                first -> first.ifPresentOrElse(known -> readBoundary(known.sequence()), () -> {
                    close();
                    listener.onNotFound();
                }));
    }

    /** Finds up to which sequences to replay: all states up to {@code state} and all output up to the newest. It repeats when a
     * state was stored meanwhile; otherwise output of a new run could precede the state that names the run.
     */
    private void readBoundary(long state) {
        if (statesOnly) {
            replayNext(state, 0, null, null);
            return;
        }
        whenDone(
                events.lastOutputSequence(id),
                output -> whenDone(events.lastFromLeader(id), again -> {
                    long newest = again.map(Snapshot::sequence).orElse(state);
                    if (newest == state) {
                        replayNext(state, output, null, null);
                    } else {
                        readBoundary(newest);
                    }
                }));
    }

    /** Reports whichever of the next state and the next output is older, until both have reached the boundary. */
    private void replayNext(long lastState, long lastOutput, @Nullable StateEvent state, @Nullable OutputEvent output) {
        unlessPaused(() -> reportNext(lastState, lastOutput, state, output));
    }

    private void reportNext(long lastState, long lastOutput, @Nullable StateEvent state, @Nullable OutputEvent output) {
        if (state == null && stateSeen < lastState) {
            whenDone(
                    events.nextState(id, stateSeen + 1),
                    found -> found.ifPresentOrElse(
                            next -> replayNext(lastState, lastOutput, next, output), this::replay));
        } else if (output == null && outputSeen < lastOutput) {
            whenDone(events.nextOutput(id, outputSeen + 1), found -> {
                outputSeen = found.isPresent() ? outputSeen : lastOutput;
                replayNext(lastState, lastOutput, state, found.orElse(null));
            });
        } else if (state != null && (output == null || state.sequence() < output.sequence())) {
            emit(state);
            replayNext(lastState, lastOutput, null, output);
        } else if (output != null) {
            emit(output);
            replayNext(lastState, lastOutput, state, null);
        } else {
            goLive();
            checkLater();
        }
    }

    private void checkLater() {
        runAfter(CHECK_AFTER, this::check);
    }

    @Override
    protected void apply(ActivationEvents.LiveEvent live) {
        var event = live.event();
        long seen = event instanceof StateEvent ? stateSeen : outputSeen;
        if (event.sequence() > seen) {
            boolean isAhead = switch (event) {
                // Its run has not been seen to begin, or is over. A replay skips chunks of the latter.
                case OutputEvent(var sequence, var chunk) -> !chunk.runId().equals(runId);
                // The last chunks of the run that ends here may have been missed.
                case StateEvent(var sequence, ActivationRecord.Queued queued) -> runId != null;
                case StateEvent(var sequence, ActivationRecord.Ended ended) ->
                    ended.report().output().lastOutput() != outputSeen;
                case StateEvent other -> false;
            };
            if (live.previous() > seen || (isAhead && !statesOnly)) {
                replay();
            } else {
                emit(event);
            }
        }
    }

    private void emit(ActivationEvent event) {
        switch (event) {
            case StateEvent(var sequence, var record) -> {
                stateSeen = sequence;
                runId = switch (record) {
                    case ActivationRecord.Running running -> running.runId();
                    case ActivationRecord.Ended ended -> ended.runId();
                    case ActivationRecord.Queued queued -> null;
                };
                if (sequence > startAfter) {
                    listener.onEvent(event);
                }
                if (record instanceof ActivationRecord.Ended && !isClosed()) {
                    close();
                    listener.onEnd();
                }
            }
            case OutputEvent(var sequence, var chunk) -> {
                outputSeen = sequence;
                if (chunk.runId().equals(runId)) {
                    listener.onEvent(event);
                }
            }
        }
    }

    @Override
    protected void onFailure(Throwable cause) {
        listener.onFailure(cause);
    }
}
