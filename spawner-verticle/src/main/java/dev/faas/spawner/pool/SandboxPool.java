package dev.faas.spawner.pool;

import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes booted ahead of demand, each used once; those of functions in reused mode come back after a run. Every
 * function revision has a line, whose length follows its arrival rate and the function's {@code prewarm.min}; all lines
 * share a budget, in which owners take turns.
 *
 * <pre>
 *   take ─┬─ one is ready ──────────────────────▶ hit
 *         └─ waits for the line's next boot ─────▶ miss        (of whatever cause: one made ahead is hurried)
 *   planner, on every change and once a second: wanted? ─▶ share of the budget ─▶ boots ahead, or closes what is too many
 * </pre>
 *
 * Removal is off the path of results: closing a sandbox that was taken returns at once. Thread-safe.
 */
public final class SandboxPool {
    /**
     * @param boots at once
     * @param budget of sandboxes that are ready or made ahead, of all functions; 0: none, not even for {@code prewarm}
     * @param idle a function not used for so long has none but its {@code prewarm.min}
     */
    public record Limits(int boots, int budget, Duration idle) {}

    /**
     * What no run waits for mostly follows a run's start or end. It begins so much later, so as not to compete for processors
     * with that run, which may be over in milliseconds, or with the client that waits for its result.
     */
    static final Duration CALM = Duration.ofMillis(50);

    private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);
    private static final Duration BOOTS_AT_CLOSE = Duration.ofSeconds(15);
    /** What {@link #close} takes at most. */
    public static final Duration CLOSE_LIMIT = BOOTS_AT_CLOSE.plus(Removals.CLOSE_LIMIT);

    private static final Duration BOOT_GUESS = Duration.ofMillis(200);
    private static final int BOOT_WEIGHT = 5;

    private final Limits limits;
    private final PoolMeters meters;
    private final Boots boots;
    private final Removals removals = new Removals();
    private final ReentrantLock lock = new ReentrantLock();
    private final RevisionPools lines = new RevisionPools();
    private final Planner planner = new Planner(lock, this::round);
    private Duration bootTime = BOOT_GUESS;
    private boolean suspended;

    private SandboxPool(ContainerEngine engine, Limits limits, PoolMeters meters) {
        this.limits = limits;
        this.meters = meters;
        this.boots = new Boots(engine, limits.boots(), new OfBoots());
    }

    public static SandboxPool open(ContainerEngine engine, Limits limits, PoolMeters meters) {
        var pool = new SandboxPool(engine, limits, meters);
        meters.watch(pool);
        pool.planner.start();
        return pool;
    }

    /** A sandbox that is the caller's alone; blocks for a boot when none is ready. An interrupt ends the wait. */
    public Sandbox take(PoolKey key) throws SandboxUnavailable {
        CompletableFuture<IdleSandbox> next;
        RevisionPool line;
        lock.lock();
        try {
            if (planner.isStopped()) {
                throw new BootFailed("the spawner stops", null);
            }
            line = lines.getOrCreate(key);
            line.recordArrival(System.nanoTime());
            planner.signalChange();
            for (var ready = line.pollIdle(); ready != null; ready = line.pollIdle()) {
                if (ready.sandbox().isAlive()) {
                    meters.hit(ready.idleTime());
                    line.borrowedCount++;
                    return lent(line, ready);
                }
                discard(ready);
            }
            meters.miss();
            next = new CompletableFuture<>();
            line.waiting.addLast(next);
            if (line.mayBoot()) {
                boots.start(line, true);
            } else {
                line.boots.keySet().forEach(BootGate.Turn::makeUrgent);
            }
        } finally {
            lock.unlock();
        }
        return lent(line, await(line, next));
    }

    private IdleSandbox await(RevisionPool line, CompletableFuture<IdleSandbox> next) throws SandboxUnavailable {
        try {
            return next.get();
        } catch (InterruptedException e) {
            abandon(line, next);
            Thread.currentThread().interrupt();
            throw new BootFailed("interrupted during the boot of a sandbox", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SandboxUnavailable unavailable) {
                throw unavailable;
            }
            throw new IllegalStateException(e); // a line says nothing else
        }
    }

    /** What was to come, or has just come, is the next one's. */
    private void abandon(RevisionPool line, CompletableFuture<IdleSandbox> next) {
        locked(() -> {
            if (!line.waiting.removeIf(other -> other == next) && next.state() == Future.State.SUCCESS) {
                line.borrowedCount--;
                removals.remove(next.resultNow().sandbox());
                bootForNext(line);
            }
        });
    }

    private Sandbox lent(RevisionPool line, IdleSandbox sandbox) {
        return new BorrowedSandbox(sandbox.sandbox(), used -> giveBack(line, sandbox));
    }

    private void giveBack(RevisionPool line, IdleSandbox used) {
        if (!line.key.spec().reused() || used.isWornOut()) {
            spent(line, used);
            return;
        }
        removals.runNow(() -> {
            if (used.sandbox().resetForReuse()) {
                reclaimed(line, used.afterRun());
            } else {
                spent(line, used);
            }
        });
    }

    private void spent(RevisionPool line, IdleSandbox used) {
        locked(() -> {
            line.borrowedCount--;
            bootForNext(line);
            planner.signalChange();
        });
        removals.remove(used.sandbox());
    }

    /** Whoever still waits may have waited for the place that has just become free. */
    private void bootForNext(RevisionPool line) {
        if (line.mayBoot()) {
            boots.start(line, true);
        }
    }

    private void reclaimed(RevisionPool line, IdleSandbox ready) {
        locked(() -> {
            line.borrowedCount--;
            offer(line, ready);
        });
    }

    private void offer(RevisionPool line, IdleSandbox ready) {
        if (!line.handOver(ready)) {
            if (planner.isStopped()) {
                removals.remove(ready.sandbox());
            } else {
                line.idle.addLast(ready);
            }
        }
        planner.signalChange();
    }

    private void empty(RevisionPool line) {
        line.idle.forEach(this::discard);
        line.idle.clear();
    }

    private void discard(IdleSandbox one) {
        if (one.runs() == 0) {
            meters.wasted();
        }
        removals.remove(one.sandbox());
    }

    /**
     * This revision of a function is the one that will be asked for; others of it are done with.
     *
     * @param prewarm so many are to be ready at all times
     * @param most that can run at once
     * @param fresh it was made or changed just now: the first call is to be fast too
     */
    public void expect(String functionId, PoolKey key, int prewarm, int most, boolean fresh) {
        locked(() -> {
            lines.expect(functionId, key, prewarm, most, fresh);
            planner.signalChange();
        });
    }

    /** The function is gone. */
    public void forget(String functionId) {
        locked(() -> {
            lines.forget(functionId);
            planner.signalChange();
        });
    }

    /** While it is on, none is booted ahead, and those that wait go: the engine they are in has fallen silent. */
    public void setSuspended(boolean on) {
        locked(() -> {
            if (suspended != on) {
                suspended = on;
                planner.signalChange();
            }
        });
    }

    /** Whether a run of the function need not wait for a boot. */
    public boolean isReady(String functionId) {
        lock.lock();
        try {
            return lines.isReady(functionId);
        } finally {
            lock.unlock();
        }
    }

    /** How many wait for a run. */
    int readyCount() {
        lock.lock();
        try {
            return lines.readyCount();
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
            lines.all().forEach(this::empty);
            return;
        }
        var round = PoolRound.of(lines.all(), limits, bootTime, System.nanoTime());
        round.discards().forEach(each -> {
            each.pool().idle.remove(each.sandbox());
            discard(each.sandbox());
        });
        round.boots().forEach(line -> boots.start(line, false));
        round.unusedPools().forEach(lines::forget);
    }

    private final class OfBoots implements Boots.Listener {
        @Override
        public void onBooted(RevisionPool line, BootGate.Turn turn, Sandbox sandbox, Duration took) {
            meters.booted(took);
            locked(() -> {
                bootTime = bootTime.plus(took.minus(bootTime).dividedBy(BOOT_WEIGHT));
                line.boots.remove(turn);
                line.markPrepared();
                line.recordBootSuccess();
                offer(line, IdleSandbox.booted(sandbox));
            });
        }

        @Override
        public void onFailed(RevisionPool line, BootGate.Turn turn, SandboxUnavailable why) {
            locked(() -> {
                line.boots.remove(turn);
                line.recordBootFailure(System.nanoTime());
                if (line.waiting.isEmpty()) {
                    log.info("nothing is ready for {}: {}", line.key.spec().revision(), why.getMessage());
                }
                line.failNextWaiter(why);
                bootForNext(line);
                planner.signalChange();
            });
        }
    }

    /** Nobody gets one any more; all that were booted are removed. Blocks, for {@link #CLOSE_LIMIT} at most. */
    public void close() throws InterruptedException {
        try {
            settle();
        } finally {
            removals.close();
        }
    }

    private void settle() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            planner.stop();
            lines.failAllWaiters("the spawner stops");
            lines.all().forEach(this::empty);
            planner.await(BOOTS_AT_CLOSE, () -> !lines.isBooting());
        } finally {
            lock.unlock();
        }
    }
}
