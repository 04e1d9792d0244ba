package dev.faas.spawner.pool;

import dev.faas.spawner.engine.SandboxUnavailable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The sandboxes of one function revision, and who waits for some. Guarded by the lock of {@link SandboxPool}. */
final class RevisionPool {
    /** Over which arrivals are averaged. */
    private static final double MEMORY_NANOS = 10e9;

    private static final double NANOS = 1e9;
    private static final Duration SPARE = Duration.ofSeconds(15);
    private static final Duration SPARE_REUSED = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final int MOST_DOUBLINGS = 6;

    final PoolKey key;
    final Deque<IdleSandbox> idle = new ArrayDeque<>();
    final Deque<CompletableFuture<IdleSandbox>> waiting = new ArrayDeque<>();
    /** Under way, each on its thread. */
    final Map<BootGate.Turn, Thread> boots = new HashMap<>();
    /** Sandboxes that the function's owner wants ready at all times. */
    int prewarm;
    /** The most that can be of use at once. */
    int maxUseful = Integer.MAX_VALUE;
    /** Another revision has taken its place, or its function is gone: it is kept for stragglers only. */
    boolean isRetired;

    /** In the hands of runs, or on the way back from there. */
    int borrowedCount;

    private double arrivals;
    private long countedAt;
    private long touchedAt;
    private int failures;
    private long pausedUntil;
    private boolean isPrepared;

    RevisionPool(PoolKey key, long now) {
        this.key = key;
        this.countedAt = now;
        this.touchedAt = now;
        this.pausedUntil = now;
    }

    /** A run has come for a sandbox. */
    void recordArrival(long now) {
        arrivals = arrivals(now) + 1;
        countedAt = now;
        touchedAt = now;
    }

    /** Somebody is likely to come. */
    void recordUse(long now) {
        touchedAt = now;
    }

    /** So many ready ones would do: for what arrives during a boot, and one more as long as it is in use at all. */
    int targetSize(long now, Duration bootTime, Duration idleAfter) {
        if (isRetired) {
            return 0;
        }
        boolean active = now - touchedAt < idleAfter.toNanos();
        if (key.spec().reused()) {
            int used = (int) idle.stream()
                    .filter(i -> now - i.idleSince() < surplusKeepTime().toNanos())
                    .count();
            return Math.min(
                    Math.max(active ? Math.max(used, borrowedCount > 0 ? 0 : 1) : 0, prewarm - borrowedCount),
                    maxUseful);
        }
        double perSecond = arrivals(now) / (MEMORY_NANOS / NANOS);
        int byRate = active ? 1 + (int) Math.round(perSecond * bootTime.toNanos() / NANOS) : 0;
        return Math.min(Math.max(byRate, prewarm), maxUseful);
    }

    /** For how long one too many is kept, unless others need the place: the rate may come back. */
    Duration surplusKeepTime() {
        return key.spec().reused() ? SPARE_REUSED : SPARE;
    }

    private double arrivals(long now) {
        return arrivals * Math.exp(-(now - countedAt) / MEMORY_NANOS);
    }

    /** One of reused sandboxes will come back, so there need not be more than can run at once. */
    boolean mayBoot() {
        return boots.size() < waiting.size()
                && (!key.spec().reused() || borrowedCount + boots.size() + idle.size() < maxUseful);
    }

    /** Ready or about to be, and promised to nobody. */
    int unclaimed() {
        return idle.size() + Math.max(0, boots.size() - waiting.size());
    }

    /** After failures nothing is booted ahead for a while. */
    boolean isPaused(long now) {
        return now - pausedUntil < 0;
    }

    boolean isPrepared() {
        return isPrepared;
    }

    void markPrepared() {
        isPrepared = true;
    }

    void recordBootSuccess() {
        failures = 0;
    }

    void recordBootFailure(long now) {
        pausedUntil = now
                + FIRST_PAUSE
                        .multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS))
                        .toNanos();
        failures++;
        isPrepared = false;
    }

    /** Those used once: the oldest. Those reused: the one used last, so that those too many are left to grow old. */
    @Nullable
    IdleSandbox pollIdle() {
        return key.spec().reused() ? idle.pollLast() : idle.pollFirst();
    }

    /** Hands a sandbox to whoever has waited longest. */
    boolean handOver(IdleSandbox sandbox) {
        var first = nextWaiting();
        if (first.isPresent()) {
            borrowedCount++;
        }
        return first.map(waiter -> waiter.complete(sandbox)).orElse(false);
    }

    void failNextWaiter(SandboxUnavailable why) {
        nextWaiting().ifPresent(first -> first.completeExceptionally(why));
    }

    private Optional<CompletableFuture<IdleSandbox>> nextWaiting() {
        return Optional.ofNullable(waiting.pollFirst());
    }

    /** Nothing of it is left to look after. */
    boolean isEmpty() {
        return idle.isEmpty() && boots.isEmpty() && waiting.isEmpty() && borrowedCount == 0;
    }
}
