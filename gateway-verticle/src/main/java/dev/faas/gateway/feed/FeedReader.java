package dev.faas.gateway.feed;

import dev.faas.nats.LiveMessage;
import dev.faas.nats.Nats;
import dev.faas.nats.StoredMessage;
import dev.faas.nats.Stream;
import dev.faas.nats.live.CatchUpSubscription;
import dev.faas.wire.Subjects;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Reports the events of one owner's feed, in order, each once, from a sequence on.
 *
 * <p>The stream removes the oldest events. So a part is reported only if the event before it is still there once it has been read:
 * then none of it was missing.
 */
final class FeedReader extends CatchUpSubscription<LiveMessage> {
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

    private final Nats nats;
    private final Stream stream;
    private final String owner;
    private final String subject;
    private final Listener listener;
    private long seen;

    /** @param after reports only events with a higher sequence; {@link #NOW}: those that are stored later */
    FeedReader(Nats nats, String owner, long after, Executor executor, Listener listener) {
        super(executor, true);
        this.nats = nats;
        this.stream = nats.stream(Subjects.FEED);
        this.owner = owner;
        this.subject = Subjects.feed(owner);
        this.seen = after;
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
        open();
        whenDone(nats.flush(), flushed -> replay());
    }

    @Override
    protected Nats.Subscription subscribe(Consumer<LiveMessage> onLive) {
        return nats.subscribe(Subjects.liveFeed(owner), onLive);
    }

    /** Asks the leader whether an event was missed: at each heartbeat of the caller, and after a reconnect. */
    void check() {
        if (isLive()) {
            whenDone(stream.lastFromLeader(subject), last -> {
                if (isLive() && sequence(last) > seen) {
                    replay();
                }
            });
        }
    }

    private static long sequence(Optional<StoredMessage> last) {
        return last.map(StoredMessage::sequence).orElse(0L);
    }

    @Override
    protected void readStored() {
        whenDone(stream.lastFromLeader(subject), last -> {
            if (seen == NOW) {
                seen = sequence(last);
                listener.onStart(seen);
            }
            readPart(sequence(last));
        });
    }

    private void readPart(long boundary) {
        unlessPaused(() -> {
            if (seen < boundary) {
                readNext(seen + 1, boundary, new ArrayList<>());
            } else {
                goLive();
            }
        });
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

    @Override
    protected void apply(LiveMessage live) {
        if (live.sequence() > seen) {
            if (live.previous() > seen) {
                replay();
            } else {
                emit(live.message());
            }
        }
    }

    private void emit(StoredMessage event) {
        if (!isClosed()) {
            seen = event.sequence();
            listener.onEvent(event);
        }
    }

    @Override
    protected void onFailure(Throwable cause) {
        listener.onFailure(cause);
    }
}
