package dev.faas.spawner.pool;

import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.wire.Capacity;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps the sandboxes of one function revision and the runs that wait for one. Guarded by the lock of {@link SandboxPool}. */
final class RevisionPool {
    /** Time constant of the average arrival rate. */
    private static final double AVERAGE_NANOS = 10e9;

    private static final double NANOS = 1e9;
    private static final Duration KEEP_SURPLUS = Duration.ofSeconds(15);
    private static final Duration KEEP_SURPLUS_CONTAINERS = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final int MAX_DOUBLINGS = 6;

    final PoolKey key;
    /** Of each container. */
    final Capacity need;

    final Deque<IdleSandbox> idle = new ArrayDeque<>();
    final Deque<CompletableFuture<IdleSandbox>> waiting = new ArrayDeque<>();
    /** Boots in progress, each with its thread. */
    final Map<BootGate.Turn, Thread> boots = new HashMap<>();
    /** The function's {@code prewarm.min}. */
    int prewarm;
    /** The function's concurrency: more sandboxes would be of no use. */
    int maxUseful = Integer.MAX_VALUE;
    /** The function has a newer revision or was deleted. Only runs accepted before that still come here. */
    boolean isRetired;

    /** Borrowed by runs, or being reset after one. */
    int borrowedCount;

    private double arrivals;
    private long averagedAt;
    private long usedAt;
    private int failures;
    private long bootsPausedUntil;
    private boolean isPrepared;
    /** Whether the last booted sandbox can run again: a host may refuse the mode of the spec. */
    private boolean keepsContainers;

    RevisionPool(PoolKey key, long now) {
        this.key = key;
        this.need = key.spec().limits().capacity();
        this.averagedAt = now;
        this.usedAt = now;
        this.bootsPausedUntil = now;
        this.keepsContainers = key.spec().mode().keepsContainer();
    }

    void recordArrival(long now) {
        arrivals = arrivals(now) + 1;
        averagedAt = now;
        usedAt = now;
    }

    /** Also when a run is merely likely to come soon. */
    void recordUse(long now) {
        usedAt = now;
    }

    /** How many sandboxes should be ready: as many as runs arrive during a boot, and one more while the function is in use. */
    int targetSize(long now, Duration bootTime, Duration idleAfter) {
        if (isRetired) {
            return 0;
        }
        boolean active = now - usedAt < idleAfter.toNanos();
        if (keepsContainers) {
            int used = (int) idle.stream()
                    .filter(i -> now - i.idleSince() < surplusKeepTime().toNanos())
                    .count();
            return Math.min(
                    Math.max(active ? Math.max(used, borrowedCount > 0 ? 0 : 1) : 0, prewarm - borrowedCount),
                    maxUseful);
        }
        double perSecond = arrivals(now) / (AVERAGE_NANOS / NANOS);
        int byRate = active ? 1 + (int) Math.round(perSecond * bootTime.toNanos() / NANOS) : 0;
        return Math.min(Math.max(byRate, prewarm), maxUseful);
    }

    /** How long a surplus sandbox is kept unless its place is needed: the rate may rise again. */
    Duration surplusKeepTime() {
        return keepsContainers ? KEEP_SURPLUS_CONTAINERS : KEEP_SURPLUS;
    }

    private double arrivals(long now) {
        return arrivals * Math.exp(-(now - averagedAt) / AVERAGE_NANOS);
    }

    /** A kept sandbox comes back, so no more are booted than can run at once. */
    boolean mayBoot() {
        return boots.size() < waiting.size()
                && (!keepsContainers || borrowedCount + boots.size() + idle.size() < maxUseful);
    }

    /** Sandboxes ready or booting that no waiting run will get. */
    int unclaimed() {
        return idle.size() + Math.max(0, boots.size() - waiting.size());
    }

    /** After a failed boot nothing is booted ahead for a while. */
    boolean isPaused(long now) {
        return now - bootsPausedUntil < 0;
    }

    boolean isPrepared() {
        return isPrepared;
    }

    void markPrepared() {
        isPrepared = true;
    }

    void recordBoot(Sandbox sandbox) {
        keepsContainers = sandbox.keepsContainer();
        failures = 0;
    }

    void recordBootFailure(long now) {
        bootsPausedUntil = now
                + FIRST_PAUSE
                        .multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS))
                        .toNanos();
        failures++;
        isPrepared = false;
    }

    /** For a sandbox ahead of demand, whose image is there. */
    void recordNoRoom(long now) {
        bootsPausedUntil = now + FIRST_PAUSE.toNanos();
        isPrepared = true;
    }

    /** The oldest; of kept ones the one used last, so that surplus ones stay idle and are discarded. */
    @Nullable
    IdleSandbox pollIdle() {
        return keepsContainers ? idle.pollLast() : idle.pollFirst();
    }

    /** Gives the sandbox to the run that has waited longest; false if none waits. */
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

    boolean isEmpty() {
        return idle.isEmpty() && boots.isEmpty() && waiting.isEmpty() && borrowedCount == 0;
    }
}
