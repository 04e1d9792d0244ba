package dev.faas.gateway.feed;

import dev.faas.nats.LiveMessage;
import dev.faas.nats.Nats;
import dev.faas.nats.StoredMessage;
import dev.faas.nats.Stream;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports the events of one owner's feed, in order, each once, from a sequence on. Joins a replay to a live subscription, as
 * {@link dev.faas.activation.ActivationFeed} does. Runs only on its executor, which must run one task at a time.
 *
 * <pre>
 *   subscribe live ─▶ round trip ─▶ boundary from the leader ─▶ replay up to it, in parts ─▶ live
 *                                          ▲                                                  │ a gap, too many that wait,
 *                                          └──────────────────────────────────────────────────┘ a check that found more
 * </pre>
 *
 * The stream removes the oldest events. So a part is reported only if the event before it is still there once it has been read:
 * then none of it was missing.
 */
final class FeedReader implements AutoCloseable {
    /** Receives the events, on the reader's executor. */
    interface Listener {
        /** What is stored from now on has a higher sequence. */
        void onStart(long sequence);

        void onEvent(StoredMessage event);

        /** Events were removed before they were read, or NATS did not answer for too long. */
        void onFailure(Throwable cause);
    }

    /** From now on. */
    static final long NOW = -1;

    private static final int PART = 64;
    private static final int MAX_BACKLOG = 256;
    private static final Duration RETRY_AFTER = Duration.ofMillis(500);
    private static final int MAX_RETRIES = 20;

    private final Nats nats;
    private final Stream stream;
    private final String owner;
    private final String subject;
    private final Executor executor;
    private final Listener listener;
    private final ArrayDeque<LiveMessage> backlog = new ArrayDeque<>();

    private Nats.@Nullable Subscription subscription;
    private long seen;
    private boolean replaying = true;
    private boolean overflowed;
    private boolean paused;
    private boolean closed;
    private int retries;
    /** Counts replays. Answers to requests of an earlier replay are ignored, so that one runs at a time. */
    private int generation;

    private @Nullable Runnable whenResumed;

    /** @param after reports only events with a higher sequence; {@link #NOW}: those that are stored later */
    FeedReader(Nats nats, String owner, long after, Executor executor, Listener listener) {
        this.nats = nats;
        this.stream = nats.stream(Subjects.FEED);
        this.owner = owner;
        this.subject = Subjects.feed(owner);
        this.seen = after;
        this.executor = executor;
        this.listener = listener;
    }

    /** Whether all events after this one are still there. 0 is before the first one. */
    static CompletableFuture<Boolean> isKept(Nats nats, String owner, long sequence) {
        return sequence == 0
                ? CompletableFuture.completedFuture(true)
                : nats.stream(Subjects.FEED)
                        .nextFromLeader(Subjects.feed(owner), sequence)
                        .thenApply(found -> found.filter(event -> event.sequence() == sequence)
                                .isPresent());
    }

    /** Called once, on the executor. */
    void start() {
        subscription = nats.subscribe(Subjects.liveFeed(owner), live -> executor.execute(() -> onLive(live)));
        whenDone(nats.flush(), flushed -> replay());
    }

    /** Reports nothing until {@link #resume}. What arrives meanwhile is buffered up to a limit, and read again beyond it. */
    void pause() {
        paused = true;
    }

    void resume() {
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
    void check() {
        if (!closed && !replaying) {
            whenDone(stream.lastFromLeader(subject), last -> {
                if (!replaying && sequence(last) > seen) {
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

    private static long sequence(Optional<StoredMessage> last) {
        return last.map(StoredMessage::sequence).orElse(0L);
    }

    private void replay() {
        replaying = true;
        generation++;
        backlog.clear();
        overflowed = false;
        whenDone(stream.lastFromLeader(subject), last -> {
            if (seen == NOW) {
                seen = sequence(last);
                listener.onStart(seen);
            }
            readPart(sequence(last));
        });
    }

    private void readPart(long boundary) {
        if (closed) {
            return;
        }
        if (paused) {
            whenResumed = () -> readPart(boundary);
        } else if (seen < boundary) {
            readNext(seen + 1, boundary, new ArrayList<>());
        } else {
            replaying = false;
            retries = 0;
            drainBacklog();
        }
    }

    private void readNext(long from, long boundary, List<StoredMessage> part) {
        whenDone(next(from), found -> {
            found.ifPresent(part::add);
            if (found.isPresent() && part.size() < PART && found.get().sequence() < boundary) {
                readNext(found.get().sequence() + 1, boundary, part);
            } else {
                whenDone(isKept(nats, owner, seen), kept -> {
                    if (kept) {
                        part.forEach(this::emit);
                        readPart(found.isPresent() ? boundary : seen);
                    } else {
                        close();
                        listener.onFailure(new IllegalStateException("events were removed before they were read"));
                    }
                });
            }
        });
    }

    /** A replica may lag: what it does not have is read from the leader. */
    private CompletableFuture<Optional<StoredMessage>> next(long from) {
        return stream.nextDirect(subject, from)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : stream.nextFromLeader(subject, from));
    }

    private void drainBacklog() {
        if (overflowed) {
            replay();
        }
        while (!closed && !paused && !replaying && !backlog.isEmpty()) {
            apply(backlog.removeFirst());
        }
    }

    private void onLive(LiveMessage live) {
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

    private void apply(LiveMessage live) {
        if (live.sequence() > seen) {
            if (live.previous() > seen) {
                replay();
            } else {
                emit(live.message());
            }
        }
    }

    private void emit(StoredMessage event) {
        if (!closed) {
            seen = event.sequence();
            listener.onEvent(event);
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
