package dev.faas.acceptance;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.StreamUsage;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.StreamLimits;
import dev.faas.activation.queue.QueueTable;
import dev.faas.quota.OwnerQuotas;
import dev.faas.quota.Quota;
import dev.faas.quota.Quota.Limit;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Refuses submits when a function's queue, an owner's quota or the event stream is full.
 *
 * <p>All figures are approximate: those from NATS are some seconds old. This gateway's own submits since then are added; those
 * of other gateways are not. A submit waits for a figure only when none is known, or before it is refused. A limit whose
 * figure cannot be fetched is not enforced. Thread-safe.
 */
public final class Backpressure {
    /** Counts a submit from its admission until its command is in the queue, or until it fails. */
    interface Reservation {
        void release();
    }

    private static final Duration ROOM_RETRY = Duration.ofSeconds(10);
    /** The registry measures what is stored once a minute. */
    private static final Duration STORED_RETRY = Duration.ofMinutes(1);
    /** The next ones may be due at any time. */
    private static final Duration DELAYED_RETRY = Duration.ofMinutes(1);

    /** Estimate: what the event stream adds to one event, and the size of its command. */
    private static final int OVERHEAD_BYTES = 512;

    private static final Duration MAX_WAIT = Duration.ofMillis(250);
    private static final Duration MAX_IDLE = Duration.ofMinutes(10);

    private final OwnerQuotas quotas;
    private final LoadingCache<String, FunctionLoad> functions;
    private final LoadingCache<String, OwnerLoad> owners =
            Caffeine.newBuilder().expireAfterAccess(MAX_IDLE).build(id -> new OwnerLoad());
    private final CountEstimate storedBytes = new CountEstimate();
    private final RefreshingValue<StreamUsage> room;
    /** Of the queue of all functions. */
    private final RefreshingValue<Double> queueFill;

    private final QueueTable table;

    public Backpressure(ActivationEvents events, CommandQueue queue, QueueTable table, OwnerQuotas quotas) {
        this.quotas = quotas;
        this.functions = Caffeine.newBuilder()
                .expireAfterAccess(MAX_IDLE)
                .build(id -> new FunctionLoad(queue, id, FunctionLoad.WITHOUT_CONSUMER));
        this.room = new RefreshingValue<>(() -> {
            long added = storedBytes.addedSoFar();
            return events.streamUsage().whenComplete((room, failure) -> {
                if (failure == null) {
                    storedBytes.update(added, room.used());
                }
            });
        });
        this.queueFill = new RefreshingValue<>(queue::fillRatio);
        this.table = table;
        table.onTable(latest -> updateOwners(latest.queuedByOwner()));
    }

    /**
     * Fails with {@code queue_full}, {@code quota_exceeded} or {@code unavailable}. Call it on an event loop.
     *
     * @param bytes size of the event to store
     */
    Future<Reservation> admit(FunctionRevision function, int bytes) {
        var load = functions.get(function.id());
        var owner = owners.get(function.owner());
        return awaitFigures(room.value(), queueFill.value(), load.stats(), table.current())
                .compose(ready -> tryReserve(function, load, owner, bytes))
                // Never refuse because of old figures.
                .recover(refusal -> awaitFigures(room.latest(), queueFill.latest(), load.latestStats(), table.latest())
                        .compose(ready -> tryReserve(function, load, owner, bytes)));
    }

    /** As {@link #admit}, for an activation that is not due yet: the owner has a limit of those. */
    Future<Reservation> admitDelayed(FunctionRevision function, int bytes) {
        long most = quotas.of(function.owner()).of(Limit.DELAYED);
        if (quotas.delayedOf(function.owner()) >= most) {
            return Future.failedFuture(quotaExceeded(
                    "You have about " + most
                            + " delayed activations that are not due yet, which is the limit for one user.",
                    (int) DELAYED_RETRY.toSeconds()));
        }
        quotas.noteDelayed(function.owner());
        return admit(function, bytes);
    }

    /** How long the event stream keeps events; empty when that is not known or without a limit. */
    Future<Optional<Duration>> eventsAge() {
        var usage = room.value();
        return awaitFigures(usage)
                .map(ready -> Optional.of(usage)
                        .filter(it -> it.isDone() && !it.isCompletedExceptionally())
                        .map(it -> it.join().maxAge())
                        .filter(Duration::isPositive));
    }

    /** Completes when all figures are there, or after {@link #MAX_WAIT}. */
    private static Future<Void> awaitFigures(CompletableFuture<?>... figures) {
        for (var figure : figures) {
            if (!figure.isDone()) {
                var all = CompletableFuture.allOf(figures)
                        .completeOnTimeout(null, MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
                return Future.fromCompletionStage(all, Vertx.currentContext()).otherwiseEmpty();
            }
        }
        return Future.succeededFuture();
    }

    private Future<Reservation> tryReserve(FunctionRevision function, FunctionLoad load, OwnerLoad owner, int bytes) {
        try {
            return Future.succeededFuture(reserve(function, load, owner, bytes));
        } catch (ProblemException refused) {
            return Future.failedFuture(refused);
        }
    }

    private Reservation reserve(FunctionRevision function, FunctionLoad load, OwnerLoad owner, int bytes) {
        requireRoom(bytes + OVERHEAD_BYTES);
        requireShortQueue(function, load.queuedCount());
        requireShare(function.owner());
        requireStoredSpace(function.owner());
        requireQuota(owner, quotas.of(function.owner()));
        load.queuedCount().add(1);
        owner.add(bytes);
        storedBytes.add(bytes + OVERHEAD_BYTES);
        return () -> {
            load.queuedCount().settle(1);
            owner.queuedCount.settle(1);
            storedBytes.settle(bytes + OVERHEAD_BYTES);
        };
    }

    private void requireRoom(int more) {
        var last = room.value();
        if (last.isDone()
                && !last.isCompletedExceptionally()
                && new StreamUsage(storedBytes.value(), last.join().limit(), Duration.ZERO).fillRatioWith(more)
                        > StreamLimits.REFUSE_SUBMITS_ABOVE) {
            throw noRoom();
        }
        // Accepted activations would wait in this gateway's memory until their commands fit.
        var fill = queueFill.value();
        if (fill.isDone() && !fill.isCompletedExceptionally() && fill.join() > StreamLimits.REFUSE_SUBMITS_ABOVE) {
            throw noRoom("queue of all functions");
        }
    }

    static RuntimeException noRoom() {
        return noRoom("event stream");
    }

    private static RuntimeException noRoom(String what) {
        return Problem.unavailable(
                        "The " + what + " is full. Nothing was accepted. Try again in " + ROOM_RETRY.toSeconds()
                                + " s, when running activations have ended.",
                        (int) ROOM_RETRY.toSeconds())
                .with("dependency", "nats")
                .asException();
    }

    private void requireShare(String owner) {
        if (quotas.isOverShare(owner)) {
            throw queueFull(
                    "The event stream is more than half full, and your activations take more than a fair share of it.",
                    (int) ROOM_RETRY.toSeconds());
        }
    }

    private void requireStoredSpace(String owner) {
        if (quotas.hasStoredTooMuch(owner)) {
            throw quotaExceeded(
                    "The records, arguments, results and logs of your activations take more than "
                            + quotas.of(owner).of(Limit.STORED_MB)
                            + " MiB, your limit, until the oldest ones expire.",
                    (int) STORED_RETRY.toSeconds());
        }
    }

    private static void requireShortQueue(FunctionRevision function, CountEstimate queuedCount) {
        int limit = function.spec().queue().maxPending();
        if (queuedCount.value() >= limit) {
            int seconds = retrySeconds(queuedCount, limit);
            throw queueFull(
                    "The function '" + function.spec().name() + "' has about " + limit
                            + " activations waiting, which is its queue.maxPending.",
                    seconds);
        }
    }

    private static void requireQuota(OwnerLoad owner, Quota quota) {
        long queued = owner.queuedCount.value();
        long most = quota.of(Limit.QUEUED);
        int seconds = retrySeconds(owner.queuedCount, Math.min(queued, most));
        if (queued >= most) {
            throw quotaExceeded(
                    "You have about " + most + " activations waiting, which is the limit for one user.", seconds);
        }
        if (quota.isLimited(Limit.QUEUED_MB) && owner.queuedBytes() > quota.of(Limit.QUEUED_MB) << 20) {
            throw quotaExceeded(
                    "Your waiting activations and their arguments take about " + quota.of(Limit.QUEUED_MB)
                            + " MiB, which is the limit for one user.",
                    seconds);
        }
    }

    /** Until one twentieth of the limit is free, so that the retry finds room. */
    private static int retrySeconds(CountEstimate queuedCount, long limit) {
        var wait = queuedCount.timeToDrain(Math.max(1, limit / 20));
        return (int) wait.plusMillis(999).toSeconds();
    }

    private static RuntimeException queueFull(String detail, int seconds) {
        return Problem.queueFull(detail + tryAgainIn(seconds), seconds).asException();
    }

    private static RuntimeException quotaExceeded(String detail, int seconds) {
        return Problem.quotaExceeded(detail + tryAgainIn(seconds), seconds).asException();
    }

    private static String tryAgainIn(int seconds) {
        return " Nothing was accepted. Try again in " + seconds + " s.";
    }

    /** Submits between the listing and its arrival are not counted: a quota may be exceeded by those. */
    private void updateOwners(Map<String, Long> queuedByOwner) {
        owners.asMap()
                .forEach((id, owner) ->
                        owner.queuedCount.update(owner.queuedCount.addedSoFar(), queuedByOwner.getOrDefault(id, 0L)));
    }

    private static final class OwnerLoad {
        /** Of the newest size in the moving mean. */
        private static final double WEIGHT = 1.0 / 64;

        private final CountEstimate queuedCount = new CountEstimate();
        private volatile double meanBytes;

        /** Of the queued activations' accepted events: argument, function, tags. */
        double queuedBytes() {
            return queuedCount.value() * meanBytes;
        }

        /** A concurrent call may lose its size: acceptable, since the mean is an estimate. */
        void add(int bytes) {
            queuedCount.add(1);
            double mean = meanBytes;
            meanBytes = mean == 0 ? bytes : mean + (bytes - mean) * WEIGHT;
        }
    }
}
