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

/**
 * Everything that happens to one activation, in order, once, from a sequence on until its end: replay joined to live without
 * a gap and without a consumer at the broker.
 *
 * <pre>
 *   subscribe live ─▶ round trip ─▶ boundary from the leader ─▶ replay up to it ─▶ live
 *                                          ▲                                        │ a hole, a backlog that overflowed,
 *                                          └────────────────────────────────────────┘ a check that found more, a reconnect
 *
 *   a state is known, and only states are wanted:   subscribe live ─▶ live, and a check: at once, or when it is fresh a second later
 * </pre>
 *
 * A live state names its predecessor: one that was missed is noticed with the next, and the last one by a check.
 *
 * Runs on its executor alone, which must run one task at a time (an event loop's {@code runOnContext}).
 */
public final class ActivationFeed implements AutoCloseable {
    /** Who is told, on the feed's executor. */
    public interface Listener {
        void onEvent(ActivationEvent event);

        /** After the terminal state. */
        void onEnd();

        /** There is no such activation in the stream, or no more. */
        void onNotFound();

        /** The bus did not answer for too long. */
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
    /** Of replays: answers to what an earlier one asked are ignored, so that there is one at a time. */
    private int generation;

    private @Nullable Runnable whenResumed;

    /**
     * All of it.
     *
     * @param after the sequence after which events are told; 0: all of them
     */
    public ActivationFeed(ActivationEvents events, String id, long after, Executor executor, Listener listener) {
        this(events, id, after, false, false, executor, listener);
        this.outputSeen = after;
    }

    /**
     * The states that follow a known one.
     *
     * @param fresh it was stored or read a moment ago, and hardly another one since
     */
    public static ActivationFeed ofStates(
            ActivationEvents events, Snapshot known, boolean fresh, Executor executor, Listener listener) {
        var feed = new ActivationFeed(events, known.record().id(), known.sequence(), true, fresh, executor, listener);
        feed.stateSeen = known.sequence();
        feed.replaying = false;
        return feed;
    }

    private ActivationFeed(
            ActivationEvents events,
            String id,
            long after,
            boolean statesOnly,
            boolean fresh,
            Executor executor,
            Listener listener) {
        this.events = events;
        this.id = id;
        this.startAfter = after;
        this.statesOnly = statesOnly;
        this.isFresh = fresh;
        this.executor = executor;
        this.listener = listener;
    }

    /** Begins. From the executor, once. */
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

    /** Stops telling, until {@link #resume}: what comes meanwhile is kept up to a bound, then read again. */
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

    /** Asks the leader whether something was missed: for a heartbeat, and after a reconnect. */
    public void check() {
        if (!closed && !replaying) {
            whenDone(events.lastFromLeader(id), last -> {
                // None at all: it has ended and been pruned, and this feed was not told how.
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
        whenDone(events.lastFromLeader(id), first -> {
            if (first.isEmpty()) {
                close();
                listener.onNotFound();
                return;
            }
            readBoundary(first.get().sequence());
        });
    }

    /**
     * A prefix without a gap: all states up to {@code state} and all outputs up to the newest. Only valid while no state came
     * between the two answers, since output of a new run would be told before the state that names the run.
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

    /** Tells the smaller of the next state and the next output, until both have reached the boundary. */
    private void replayNext(long lastState, long lastOutput, @Nullable StateEvent state, @Nullable OutputEvent output) {
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
            unlessClosed(() -> replayNext(lastState, lastOutput, null, output));
        } else if (output != null) {
            emit(output);
            unlessClosed(() -> replayNext(lastState, lastOutput, state, null));
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

    private void unlessClosed(Runnable next) {
        if (!closed) {
            next.run();
        }
    }

    private void drainBacklog() {
        if (overflowed) {
            replay();
            return;
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
        if (event.sequence() <= seen) {
            return;
        }
        boolean hole = live.previous() > seen
                || (!statesOnly
                        && event instanceof StateEvent(var sequence, ActivationRecord.Ended ended)
                        && ended.report().lastOutput() > outputSeen);
        if (hole) {
            replay();
        } else {
            emit(event);
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
        int asked = generation;
        var unused = stage.whenComplete((value, failure) -> executor.execute(() -> {
            if (closed || asked != generation) {
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
                    .execute(() -> unlessClosed(this::replay));
        }
    }
}
