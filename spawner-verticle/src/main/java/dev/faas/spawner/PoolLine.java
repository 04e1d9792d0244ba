package dev.faas.spawner;

import dev.faas.spawner.SandboxUnavailable.BootFailed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The sandboxes of one function revision, and who waits for some. Guarded by the lock of {@link SandboxPool}. */
final class PoolLine {
    /** Over which arrivals are averaged. */
    private static final double MEMORY_NANOS = 10e9;

    private static final double NANOS = 1e9;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final int MOST_DOUBLINGS = 6;

    /** @param since {@link System#nanoTime} */
    record Idle(Sandbox sandbox, long since) {}

    final PoolKey key;
    final Deque<Idle> idle = new ArrayDeque<>();
    final Deque<CompletableFuture<Sandbox>> waiting = new ArrayDeque<>();
    /** Under way, each on its thread. */
    final Map<BootGate.Turn, Thread> boots = new HashMap<>();
    /** Sandboxes that the function's owner wants ready at all times. */
    int prewarm;
    /** The most that can be of use at once. */
    int most = Integer.MAX_VALUE;
    /** Another revision has taken its place, or its function is gone: it is kept for stragglers only. */
    boolean retired;

    private double arrivals;
    private long countedAt;
    private long touchedAt;
    private int failures;
    private long pausedUntil;
    private boolean prepared;

    PoolLine(PoolKey key, long now) {
        this.key = key;
        this.countedAt = now;
        this.touchedAt = now;
        this.pausedUntil = now;
    }

    /** A run has come for a sandbox. */
    void arrived(long now) {
        arrivals = arrivals(now) + 1;
        countedAt = now;
        touchedAt = now;
    }

    /** Somebody is likely to come. */
    void touched(long now) {
        touchedAt = now;
    }

    /** So many ready ones would do: for what arrives during a boot, and one more as long as it is in use at all. */
    int wanted(long now, Duration bootTime, Duration idleAfter) {
        if (retired) {
            return 0;
        }
        boolean active = now - touchedAt < idleAfter.toNanos();
        double perSecond = arrivals(now) / (MEMORY_NANOS / NANOS);
        int byRate = active ? 1 + (int) Math.round(perSecond * bootTime.toNanos() / NANOS) : 0;
        return Math.min(Math.max(byRate, prewarm), most);
    }

    private double arrivals(long now) {
        return arrivals * Math.exp(-(now - countedAt) / MEMORY_NANOS);
    }

    /** Ready or about to be, and promised to nobody. */
    int ahead() {
        return idle.size() + Math.max(0, boots.size() - waiting.size());
    }

    /** After failures nothing is booted ahead for a while. */
    boolean paused(long now) {
        return now - pausedUntil < 0;
    }

    boolean prepared() {
        return prepared;
    }

    void preparedNow() {
        prepared = true;
    }

    void succeeded() {
        failures = 0;
    }

    void failed(long now) {
        pausedUntil = now
                + FIRST_PAUSE
                        .multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS))
                        .toNanos();
        failures++;
        prepared = false;
    }

    /** Hands a sandbox to whoever has waited longest. */
    boolean handed(Sandbox sandbox) {
        return nextWaiting().map(first -> first.complete(sandbox)).orElse(false);
    }

    void refuse(SandboxUnavailable why) {
        nextWaiting().ifPresent(first -> first.completeExceptionally(why));
    }

    void refuseAll(String why) {
        while (!waiting.isEmpty()) {
            refuse(new BootFailed(why, null));
        }
    }

    private Optional<CompletableFuture<Sandbox>> nextWaiting() {
        return Optional.ofNullable(waiting.pollFirst());
    }

    /** Nothing of it is left to look after. */
    boolean empty() {
        return idle.isEmpty() && boots.isEmpty() && waiting.isEmpty();
    }
}
