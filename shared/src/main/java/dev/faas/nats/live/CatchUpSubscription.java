package dev.faas.nats.live;

import dev.faas.nats.Nats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Joins a replay of what is stored to a live subscription without a gap and without a consumer at the broker. A subclass reads
 * what is stored and decides what a live message means.
 *
 * <pre>
 *   subscribe live ─▶ round trip ─▶ boundary from the leader ─▶ replay up to it ─▶ live
 *                                          ▲                                        │ a gap, too many that wait,
 *                                          └────────────────────────────────────────┘ a check that found more, a reconnect
 * </pre>
 * Runs only on its executor, which must run one task at a time (such as an event loop's {@code runOnContext}).
 *
 * @param <L> a live message
 */
public abstract class CatchUpSubscription<L> implements AutoCloseable {
    private static final int MAX_BACKLOG = 256;
    private static final Duration RETRY_AFTER = Duration.ofMillis(500);
    private static final int MAX_RETRIES = 20;

    private final Executor executor;
    private final ArrayDeque<L> backlog = new ArrayDeque<>();

    private Nats.@Nullable Subscription subscription;
    private boolean replaying;
    private boolean overflowed;
    private boolean paused;
    private boolean closed;
    private int retries;
    /** Counts replays. Answers to requests of an earlier replay are ignored, so that one runs at a time. */
    private int generation;

    private @Nullable Runnable whenResumed;

    /** @param replaying false: what is stored is known already, and a check follows */
    protected CatchUpSubscription(Executor executor, boolean replaying) {
        this.executor = executor;
        this.replaying = replaying;
    }

    /** Subscribes to live messages; the given consumer may be called on any thread. */
    protected abstract Nats.Subscription subscribe(Consumer<L> onLive);

    /** Reads and reports what is stored, then calls {@link #goLive}. */
    protected abstract void readStored();

    /** Reports a live message, unless it was reported before, or replays because one before it was missed. */
    protected abstract void apply(L live);

    /** NATS did not answer for too long. The subscription is closed. */
    protected abstract void onFailure(Throwable cause);

    /** Called once, on the executor. */
    protected final void open() {
        subscription = subscribe(live -> executor.execute(() -> onLive(live)));
    }

    /** Reports nothing until {@link #resume}. What arrives meanwhile is buffered up to a limit, and read again beyond it. */
    public final void pause() {
        paused = true;
    }

    public final void resume() {
        paused = false;
        var next = whenResumed;
        whenResumed = null;
        if (next != null) {
            next.run();
        } else if (!replaying) {
            drainBacklog();
        }
    }

    @Override
    public final void close() {
        closed = true;
        backlog.clear();
        if (subscription != null) {
            subscription.close();
        }
    }

    protected final void replay() {
        replaying = true;
        generation++;
        backlog.clear();
        overflowed = false;
        readStored();
    }

    protected final void goLive() {
        replaying = false;
        retries = 0;
        drainBacklog();
    }

    protected final boolean isClosed() {
        return closed;
    }

    /** Neither replaying nor closed. */
    protected final boolean isLive() {
        return !closed && !replaying;
    }

    /** Runs a step of a replay: now, after {@link #resume}, or never if this is closed. */
    protected final void unlessPaused(Runnable step) {
        if (closed) {
            return;
        }
        if (paused) {
            whenResumed = step;
        } else {
            step.run();
        }
    }

    /** Runs the next step with the answer, or replays after a while if there is none. */
    protected final <T> void whenDone(CompletableFuture<T> request, Consumer<T> next) {
        int requestGeneration = generation;
        var unused = request.whenComplete((value, failure) -> executor.execute(() -> {
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

    protected final void runAfter(Duration delay, Runnable task) {
        CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, executor)
                .execute(task);
    }

    private void retry(Throwable failure) {
        if (++retries > MAX_RETRIES) {
            close();
            onFailure(failure);
        } else {
            replaying = true;
            generation++;
            runAfter(RETRY_AFTER, this::replay);
        }
    }

    private void onLive(L live) {
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

    private void drainBacklog() {
        if (overflowed) {
            replay();
        }
        while (!closed && !paused && !replaying && !backlog.isEmpty()) {
            apply(backlog.removeFirst());
        }
    }
}
