package dev.faas.gateway.submit;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.StreamUsage;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Says no before it is too much: a function's queue, what an owner has queued, the room in the event stream. All of it about:
 * figures of the bus are up to a second old, and what this gateway has added since is counted on top; what other gateways
 * have is not. A submit waits for a figure only where none is known, or before it is refused; what cannot be found out keeps
 * nobody out. Thread-safe.
 */
public final class Backpressure {
    /**
     * @param ownerQueued activations that one owner may have queued
     * @param ownerQueuedBytes of events that say what to run (argument, function, tags), about: counted activations times the mean of
     *     lately
     */
    public record Limits(long ownerQueued, long ownerQueuedBytes) {}

    /** Held by a submit from its admission until its command is in the queue, or it has failed. */
    interface Reservation {
        void settled();
    }

    /** Of the event stream: beyond it no more is accepted, so that what was accepted can go on and end. */
    private static final double FULL = 0.85;

    private static final Duration ROOM_RETRY = Duration.ofSeconds(10);
    /** What a stored event has besides its bytes, and the command in the queue. */
    private static final int OVERHEAD_BYTES = 512;

    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final long IDLE_NANOS = Duration.ofMinutes(10).toNanos();

    private final CommandQueue queue;
    private final Limits limits;
    private final Map<String, FunctionLoad> functions = new ConcurrentHashMap<>();
    private final Map<String, OwnerLoad> owners = new ConcurrentHashMap<>();
    private final CountEstimate stored = new CountEstimate();
    private final RefreshingValue<StreamUsage> room;
    private final RefreshingValue<List<QueueStats>> standings;

    public Backpressure(ActivationEvents events, CommandQueue queue, Limits limits) {
        this.queue = queue;
        this.limits = limits;
        this.room = new RefreshingValue<>(() -> {
            long asking = stored.asking();
            return events.streamUsage().whenComplete((room, failure) -> {
                if (failure == null) {
                    stored.answered(asking, room.used());
                }
            });
        });
        this.standings = new RefreshingValue<>(this::ask);
    }

    /** How all queues stand just now. */
    public CompletableFuture<List<QueueStats>> standings() {
        return standings.latest();
    }

    /**
     * Fails with {@code queue_full}, {@code quota_exceeded} or {@code unavailable}. From an event loop.
     *
     * @param bytes of the event that is to be stored
     */
    Future<Reservation> admit(FunctionRevision function, int bytes) {
        var load = functions.computeIfAbsent(function.id(), id -> new FunctionLoad(queue, id));
        var owner = owners.computeIfAbsent(function.owner(), id -> new OwnerLoad());
        return known(room.value(), load.standing(), standings.value())
                .compose(known -> tried(function, load, owner, bytes))
                // Nobody is turned away because of how it was a second ago.
                .recover(refusal -> known(room.latest(), load.latest(), standings.latest())
                        .compose(known -> tried(function, load, owner, bytes)));
    }

    /** Once all are, or have been waited for long enough. */
    private static Future<Void> known(CompletableFuture<?>... figures) {
        for (var figure : figures) {
            if (!figure.isDone()) {
                var all = CompletableFuture.allOf(figures)
                        .completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                return Future.fromCompletionStage(all, Vertx.currentContext()).otherwiseEmpty();
            }
        }
        return Future.succeededFuture();
    }

    private Future<Reservation> tried(FunctionRevision function, FunctionLoad load, OwnerLoad owner, int bytes) {
        try {
            return Future.succeededFuture(admitted(function, load, owner, bytes));
        } catch (ProblemException refused) {
            return Future.failedFuture(refused);
        }
    }

    private Reservation admitted(FunctionRevision function, FunctionLoad load, OwnerLoad owner, int bytes) {
        requireRoom(bytes + OVERHEAD_BYTES);
        requireShortQueue(function, load.queued());
        requireQuota(owner);
        load.queued().add(1);
        owner.add(bytes);
        stored.add(bytes + OVERHEAD_BYTES);
        return () -> {
            load.queued().settle(1);
            owner.queued.settle(1);
            stored.settle(bytes + OVERHEAD_BYTES);
        };
    }

    private void requireRoom(int more) {
        var last = room.value();
        if (last.isDone()
                && !last.isCompletedExceptionally()
                && new StreamUsage(stored.now(), last.join().limit()).fillRatioWith(more) > FULL) {
            throw noRoom();
        }
    }

    /** The event stream is full, or will be. */
    static RuntimeException noRoom() {
        return Problem.of(
                        503,
                        "unavailable",
                        "Temporarily unavailable",
                        "The platform has no room for more activations until some of those under way have ended. Try again"
                                + " in a while.")
                .with("dependency", "nats")
                .withRetryAfter((int) ROOM_RETRY.toSeconds())
                .asException();
    }

    private static void requireShortQueue(FunctionRevision function, CountEstimate queued) {
        int most = function.spec().queue().maxPending();
        if (queued.now() >= most) {
            // Until one in twenty of its places is free.
            int seconds = seconds(queued.until(Math.max(1, most / 20)));
            throw Problem.of(
                            429,
                            "queue_full",
                            "Queue full",
                            "The function '" + function.spec().name() + "' has about " + most
                                    + " activations waiting, its queue.maxPending." + again(seconds))
                    .withRetryAfter(seconds)
                    .asException();
        }
    }

    private void requireQuota(OwnerLoad owner) {
        long queued = owner.queued.now();
        int seconds = seconds(owner.queued.until(Math.max(1, Math.min(queued, limits.ownerQueued()) / 20)));
        if (queued >= limits.ownerQueued()) {
            throw Problem.of(
                            429,
                            "quota_exceeded",
                            "Quota exceeded",
                            "You have about " + limits.ownerQueued()
                                    + " activations waiting, the most that one user may have." + again(seconds))
                    .withRetryAfter(seconds)
                    .asException();
        }
        if (queued * owner.meanBytes > limits.ownerQueuedBytes()) {
            throw Problem.of(
                            429,
                            "queue_full",
                            "Queue full",
                            "Your activations that wait take about " + limits.ownerQueuedBytes()
                                    + " bytes with their arguments, the most that one user's may." + again(seconds))
                    .withRetryAfter(seconds)
                    .asException();
        }
    }

    private static int seconds(Duration wait) {
        return (int) wait.plusMillis(999).toSeconds();
    }

    private static String again(int seconds) {
        return " Nothing was accepted. Try again in " + seconds + " s.";
    }

    private CompletableFuture<List<QueueStats>> ask() {
        forgetIdle();
        var asking = new HashMap<OwnerLoad, Long>();
        owners.values().forEach(owner -> asking.put(owner, owner.queued.asking()));
        return queue.allStats().whenComplete((all, failure) -> {
            if (failure == null) {
                var byOwner = all.stream()
                        .collect(Collectors.groupingBy(
                                standing -> standing.key().owner(), Collectors.summingLong(QueueStats::queued)));
                owners.forEach((id, owner) -> {
                    if (asking.containsKey(owner)) {
                        owner.queued.answered(asking.get(owner), byOwner.getOrDefault(id, 0L));
                    }
                });
            }
        });
    }

    private void forgetIdle() {
        long before = System.nanoTime() - IDLE_NANOS;
        functions.values().removeIf(load -> load.usedAt() - before < 0);
        owners.values().removeIf(owner -> owner.usedAt - before < 0);
    }

    /** What one owner has queued, and how large it is. */
    private static final class OwnerLoad {
        private static final double WEIGHT = 1.0 / 64;

        private final CountEstimate queued = new CountEstimate();
        private volatile double meanBytes;
        private volatile long usedAt = System.nanoTime();

        /** Two at once may count as one: it is a mean. */
        void add(int bytes) {
            usedAt = System.nanoTime();
            queued.add(1);
            double mean = meanBytes;
            meanBytes = mean == 0 ? bytes : mean + (bytes - mean) * WEIGHT;
        }
    }
}
