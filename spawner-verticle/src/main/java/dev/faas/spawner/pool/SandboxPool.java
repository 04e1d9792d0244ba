package dev.faas.spawner.pool;

import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.wire.Capacity;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Boots sandboxes ahead of demand and lends them to runs. A sandbox is used once; one that keeps its container comes back.
 * Each function revision has its own pool, sized by its arrival rate and the function's {@code prewarm.min}. All pools share
 * one budget and the spawner's part of the host ({@link BootRoom}), divided among owners in turns.
 *
 * <pre>
 *   take ─┬─ one is ready ─────────────────────▶ hit
 *         └─ waits for the pool's next boot ────▶ miss        (a boot ahead that is in progress becomes urgent)
 *   planner, after every change and once a second: target sizes ─▶ shares of the budget ─▶ boots ahead, or discards
 * </pre>
 *
 * Results do not wait for removal: closing a borrowed sandbox returns at once. Thread-safe.
 */
public final class SandboxPool {
    /**
     * @param boots at the same time
     * @param budget of sandboxes ready or booting ahead, of all functions; 0: none, not even for {@code prewarm}
     * @param idle after which an unused function keeps only its {@code prewarm.min}
     */
    public record Limits(int boots, int budget, Duration idle) {}

    /**
     * Delays work that no run waits for. It mostly follows a run's start or end, and must not compete for processors with
     * that run, which may last milliseconds, or with the client that waits for its result.
     */
    static final Duration CALM = Duration.ofMillis(50);

    private static final Logger LOG = LoggerFactory.getLogger(SandboxPool.class);
    private static final Duration BOOTS_AT_CLOSE = Duration.ofSeconds(15);
    /** Of {@link #close}. */
    public static final Duration CLOSE_LIMIT = BOOTS_AT_CLOSE.plus(Removals.CLOSE_LIMIT);

    private static final Duration BOOT_GUESS = Duration.ofMillis(200);
    private static final int BOOT_WEIGHT = 5;

    private final ContainerEngine engine;
    private final Limits limits;
    private final PoolMeters meters;
    private final Boots boots;
    private final Removals removals = new Removals();
    private final ReentrantLock lock = new ReentrantLock();
    private final BootRoom room;
    private final RevisionPools pools = new RevisionPools();
    private final Planner planner = new Planner(lock, this::round);
    private Duration bootTime = BOOT_GUESS;
    private boolean suspended;

    private SandboxPool(ContainerEngine engine, Limits limits, Budget containers, PoolMeters meters) {
        this.engine = engine;
        this.limits = limits;
        this.meters = meters;
        this.room = new BootRoom(lock, containers, this::discardIdleFor);
        this.boots = new Boots(engine, limits.boots(), room, new BootListener());
    }

    /** @param containers what all containers of this spawner may take */
    public static SandboxPool open(ContainerEngine engine, Limits limits, Budget containers, PoolMeters meters) {
        var pool = new SandboxPool(engine, limits, containers, meters);
        meters.watch(pool);
        pool.planner.start();
        return pool;
    }

    /** Lends the caller a sandbox. Blocks for a boot when none is ready; an interrupt ends the wait. */
    public Sandbox take(PoolKey key) throws SandboxUnavailable {
        CompletableFuture<IdleSandbox> next;
        RevisionPool pool;
        lock.lock();
        try {
            if (planner.isStopped()) {
                throw new BootFailed("the spawner is stopping", null);
            }
            pool = pools.getOrCreate(key);
            pool.recordArrival(System.nanoTime());
            planner.signalChange();
            for (var ready = pool.pollIdle(); ready != null; ready = pool.pollIdle()) {
                if (ready.sandbox().isAlive()) {
                    meters.hit(ready.idleTime());
                    pool.borrowedCount++;
                    return borrow(pool, ready, false);
                }
                discard(pool, ready);
            }
            meters.miss();
            next = new CompletableFuture<>();
            pool.waiting.addLast(next);
            if (pool.mayBoot()) {
                boots.start(pool, true);
            } else {
                pool.boots.keySet().forEach(BootGate.Turn::makeUrgent);
            }
        } finally {
            lock.unlock();
        }
        return borrow(pool, await(pool, next), true);
    }

    /** How long {@link #take} has waited for the image since then; empty if it has not. */
    public Optional<Duration> pullTime(PoolKey key, long since) {
        return engine.pullTime(key.spec(), since);
    }

    private IdleSandbox await(RevisionPool pool, CompletableFuture<IdleSandbox> next) throws SandboxUnavailable {
        try {
            return next.get();
        } catch (InterruptedException e) {
            stopWaiting(pool, next);
            Thread.currentThread().interrupt();
            throw new BootFailed("interrupted during the boot of a sandbox", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SandboxUnavailable unavailable) {
                throw unavailable;
            }
            throw new IllegalStateException(e); // a pool fails its waiting runs with nothing else
        }
    }

    /** Leaves the next sandbox to the next waiting run; discards one that was handed over in the meantime. */
    private void stopWaiting(RevisionPool pool, CompletableFuture<IdleSandbox> next) {
        locked(() -> {
            if (!pool.waiting.removeIf(next::equals) && next.state() == Future.State.SUCCESS) {
                pool.borrowedCount--;
                remove(pool, next.resultNow().sandbox());
                bootForNext(pool);
            }
        });
    }

    private Sandbox borrow(RevisionPool pool, IdleSandbox sandbox, boolean waited) {
        return new BorrowedSandbox(sandbox.sandbox(), sandbox.origin(waited), used -> giveBack(pool, sandbox));
    }

    private void giveBack(RevisionPool pool, IdleSandbox used) {
        if (!used.sandbox().keepsContainer() || used.isWornOut()) {
            discardUsed(pool, used);
            return;
        }
        removals.runNow(() -> {
            if (used.sandbox().resetForReuse()) {
                returnReset(pool, used.afterRun());
            } else {
                discardUsed(pool, used);
            }
        });
    }

    private void discardUsed(RevisionPool pool, IdleSandbox used) {
        locked(() -> {
            pool.borrowedCount--;
            room.beginRemoval(pool.need);
            bootForNext(pool);
            planner.signalChange();
        });
        removals.remove(used.sandbox(), () -> room.endRemoval(pool.need));
    }

    /** A run may wait for the place that has just become free. */
    private void bootForNext(RevisionPool pool) {
        if (pool.mayBoot()) {
            boots.start(pool, true);
        }
    }

    private void returnReset(RevisionPool pool, IdleSandbox ready) {
        locked(() -> {
            pool.borrowedCount--;
            offer(pool, ready);
        });
    }

    private void offer(RevisionPool pool, IdleSandbox ready) {
        if (!pool.handOver(ready)) {
            if (planner.isStopped()) {
                remove(pool, ready.sandbox());
            } else {
                pool.idle.addLast(ready);
                room.signalChange();
            }
        }
        planner.signalChange();
    }

    private void discardIdle(RevisionPool pool) {
        pool.idle.forEach(one -> discard(pool, one));
        pool.idle.clear();
    }

    private void discard(RevisionPool pool, IdleSandbox one) {
        if (one.runs() == 0) {
            meters.wasted();
        }
        remove(pool, one.sandbox());
    }

    private void remove(RevisionPool pool, Sandbox sandbox) {
        room.beginRemoval(pool.need);
        removals.remove(sandbox, () -> room.endRemoval(pool.need));
    }

    /** Those that have been idle for longest go first. */
    private void discardIdleFor(Capacity need) {
        while (!room.willFit(need)) {
            var oldest = pools.all().stream()
                    .filter(pool -> !pool.idle.isEmpty())
                    .min(Comparator.comparingLong(pool -> pool.idle.getFirst().idleSince()));
            if (oldest.isEmpty()) {
                return;
            }
            discard(oldest.get(), oldest.get().idle.removeFirst());
        }
    }

    /** The spawner's part of the host has changed. */
    public void budgetChanged() {
        locked(() -> {
            room.signalChange();
            planner.signalChange();
        });
    }

    /**
     * Makes this the function's current revision and retires the others.
     *
     * @param prewarm sandboxes to keep ready at all times
     * @param maxUseful the function's concurrency
     * @param fresh the function was just created or updated: boot one for its first run
     */
    public void expect(String functionId, PoolKey key, int prewarm, int maxUseful, boolean fresh) {
        locked(() -> {
            pools.expect(functionId, key, prewarm, maxUseful, fresh);
            planner.signalChange();
        });
    }

    /** The function was deleted. */
    public void forget(String functionId) {
        locked(() -> {
            pools.forget(functionId);
            planner.signalChange();
        });
    }

    /** While suspended, ready sandboxes are discarded and none is booted ahead: the engine does not answer. */
    public void setSuspended(boolean on) {
        locked(() -> {
            if (suspended != on) {
                suspended = on;
                planner.signalChange();
            }
        });
    }

    int readyCount() {
        lock.lock();
        try {
            return pools.readyCount();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    private void round() {
        if (suspended) {
            pools.all().forEach(this::discardIdle);
            return;
        }
        discardIdleFor(Capacity.NONE);
        var round = PoolRound.of(pools.all(), limits, room.forIdle(idleNeed()), bootTime, System.nanoTime());
        round.discards().forEach(each -> {
            each.pool().idle.remove(each.sandbox());
            discard(each.pool(), each.sandbox());
        });
        round.boots().forEach(pool -> boots.start(pool, false));
        round.unusedPools().forEach(pools::forget);
    }

    private Capacity idleNeed() {
        var sum = Capacity.NONE;
        for (var pool : pools.all()) {
            sum = sum.plus(pool.need.times(pool.unclaimed()));
        }
        return sum;
    }

    private final class BootListener implements Boots.Listener {
        @Override
        public void onBooted(RevisionPool pool, BootGate.Turn turn, Sandbox sandbox, Duration took) {
            meters.booted(took);
            locked(() -> {
                bootTime = bootTime.plus(took.minus(bootTime).dividedBy(BOOT_WEIGHT));
                pool.boots.remove(turn);
                pool.markPrepared();
                pool.recordBoot(sandbox);
                offer(pool, IdleSandbox.booted(sandbox));
            });
        }

        @Override
        public void onFailed(RevisionPool pool, BootGate.Turn turn, SandboxUnavailable why) {
            locked(() -> {
                pool.boots.remove(turn);
                pool.recordBootFailure(System.nanoTime());
                if (pool.waiting.isEmpty()) {
                    LOG.info(
                            "boot ahead failed revision={} cause={}",
                            pool.key.spec().revision(),
                            why.getMessage());
                }
                pool.failNextWaiter(why);
                bootForNext(pool);
                planner.signalChange();
            });
        }

        @Override
        public void onSkipped(RevisionPool pool, BootGate.Turn turn) {
            locked(() -> {
                pool.boots.remove(turn);
                pool.recordNoRoom(System.nanoTime());
                bootForNext(pool); // a run may have come to wait for it
            });
        }
    }

    /** Lends no more and removes all sandboxes. Blocks for at most {@link #CLOSE_LIMIT}. */
    public void close() throws InterruptedException {
        try {
            stopBoots();
        } finally {
            removals.close();
        }
    }

    private void stopBoots() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            planner.stop();
            pools.failAllWaiters("the spawner is stopping");
            pools.all().forEach(this::discardIdle);
            planner.await(BOOTS_AT_CLOSE, () -> !pools.isBooting());
        } finally {
            lock.unlock();
        }
    }
}
