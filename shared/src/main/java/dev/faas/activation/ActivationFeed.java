package dev.faas.activation;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvent.StateEvent;
import dev.faas.nats.Nats.Subscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reports the events of one activation, in order, each once, from a sequence to its end. It joins a replay to a live
 * subscription without a gap and without a consumer at the broker.
 *
 * <pre>
 *   subscribe live ─▶ round trip ─▶ boundary from the leader ─▶ replay up to it ─▶ live
 *                                          ▲                                        │ a gap, a backlog overflow,
 *                                          └────────────────────────────────────────┘ a check that found more, a reconnect
 *
 *   states only, after a known state:   subscribe live ─▶ live, and a check: at once, or after a second for a fresh state
 * </pre>
 * Each live event carries the sequence of the one before it of its kind, and each chunk its run, so a missed event is noticed
 * when the next one arrives. If the last event is missed, a check notices.
 * Runs only on its executor, which must run one task at a time (such as an event loop's {@code runOnContext}).
 */
public final class ActivationFeed implements AutoCloseable {
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

    private static final int MAX_BACKLOG = 256;
    private static final Duration CHECK_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER = Duration.ofMillis(500);
    private static final int MAX_RETRIES = 20;

    private final ActivationEvents events;
    private final String id;
    private final long startAfter;
    private final boolean statesOnly;
    private final boolean isFresh;
    private final Executor executor;
    private final Listener listener;
    private final ArrayDeque<ActivationEvents.LiveEvent> backlog = new ArrayDeque<>();

    private @Nullable Subscription subscription;
    private long stateSeen;
    private long outputSeen;
    private @Nullable String runId;
    private boolean replaying = true;
    private boolean overflowed;
    private boolean paused;
    private boolean closed;
    private int retries;
    /** Counts replays. Answers to requests of an earlier replay are ignored, so that one runs at a time. */
    private int generation;

    private @Nullable Runnable whenResumed;

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
        feed.replaying = false;
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
        this.events = events;
        this.id = id;
        this.startAfter = after;
        this.statesOnly = statesOnly;
        this.isFresh = isFresh;
        this.executor = executor;
        this.listener = listener;
    }

    /** Called once, on the executor. */
    public void start() {
        subscription = events.subscribe(id, statesOnly, live -> executor.execute(() -> onLiveEvent(live)));
        if (isFresh) {
            checkLater();
        } else {
            whenDone(events.flushSubscriptions(), ignored -> startReading());
        }
    }

    private void startReading() {
        if (stateSeen == 0) {
            replay();
        } else {
            check();
            checkLater();
        }
    }

    /** Reports nothing until {@link #resume}. What arrives meanwhile is buffered up to a limit, and read again beyond it. */
    public void pause() {
        paused = true;
    }

    public void resume() {
        paused = false;
        var next = whenResumed;
        whenResumed = null;
        if (next != null) {
            next.run();
        } else if (!replaying) {
            drainBacklog();
        }
    }

    /** Asks the leader whether an event was missed: at each heartbeat of the caller, and after a reconnect. */
    public void check() {
        if (!closed && !replaying) {
            whenDone(events.lastFromLeader(id), last -> {
                // No state: the activation ended and was pruned before its end reached this feed.
                if (!replaying && last.map(Snapshot::sequence).orElse(Long.MAX_VALUE) > stateSeen) {
                    replay();
                }
            });
        }
    }

    @Override
    public void close() {
        closed = true;
        backlog.clear();
        if (subscription != null) {
            subscription.close();
        }
    }

    private void replay() {
        replaying = true;
        generation++;
        backlog.clear();
        overflowed = false;
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
        if (closed) {
            return;
        }
        if (paused) {
            whenResumed = () -> replayNext(lastState, lastOutput, state, output);
        } else if (state == null && stateSeen < lastState) {
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
            replaying = false;
            retries = 0;
            drainBacklog();
            checkLater();
        }
    }

    private void checkLater() {
        CompletableFuture.delayedExecutor(CHECK_AFTER.toMillis(), TimeUnit.MILLISECONDS, executor)
                .execute(this::check);
    }

    private void drainBacklog() {
        if (overflowed) {
            replay();
        }
        while (!closed && !paused && !replaying && !backlog.isEmpty()) {
            apply(backlog.removeFirst());
        }
    }

    private void onLiveEvent(ActivationEvents.LiveEvent live) {
        if (closed) {
            return;
        }
        if (!replaying && !paused && backlog.isEmpty()) {
            apply(live);
        } else if (backlog.size() < MAX_BACKLOG && !overflowed) {
            backlog.add(live);
        } else {
            backlog.clear();
            overflowed = true;
        }
    }

    private void apply(ActivationEvents.LiveEvent live) {
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
                if (record instanceof ActivationRecord.Ended && !closed) {
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

    private <T> void whenDone(CompletableFuture<T> stage, Consumer<T> next) {
        int requestGeneration = generation;
        var unused = stage.whenComplete((value, failure) -> executor.execute(() -> {
            if (closed || requestGeneration != generation) {
                return;
            }
            if (failure == null) {
                next.accept(value);
            } else {
                retry(failure);
            }
        }));
    }

    private void retry(Throwable failure) {
        if (++retries > MAX_RETRIES) {
            close();
            listener.onFailure(failure);
        } else {
            replaying = true;
            generation++;
            CompletableFuture.delayedExecutor(RETRY_AFTER.toMillis(), TimeUnit.MILLISECONDS, executor)
                    .execute(this::replay);
        }
    }
}
