package dev.faas.spawner.pool;

import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.pool.PoolLine.Idle;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes booted ahead of demand, each used once; those of functions in reused mode come back after a run. Every function revision has a line, whose length follows its arrival
 * rate and the function's {@code prewarm.min}; all lines share a budget, in which owners take turns.
 *
 * <pre>
 *   take ─┬─ one is ready ──────────────────────▶ hit
 *         └─ waits for the line's next boot ─────▶ miss        (of whatever cause: one made ahead is hurried)
 *   planner, on every change and once a second: wanted? ─▶ share of the budget ─▶ boots ahead, or closes what is too many
 * </pre>
 *
 * Removal is off the path of results: closing a sandbox that was taken returns at once. Thread-safe.
 */
public final class SandboxPool implements Boots.Listener {
    /**
     * @param budget of sandboxes that are ready or made ahead; 0: none
     * @param idle a function not used for so long has none but its {@code prewarm.min}
     * @param boots at once
     */
    public record Limits(int budget, Duration idle, int boots) {}

    private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);
    private static final Duration ROUND = Duration.ofSeconds(1);
    /** A reused sandbox goes after so many runs, or so long, whatever the state it is in. */
    private static final int MOST_RUNS = 10_000;

    private static final Duration OLDEST = Duration.ofHours(1);

    /** Between two rounds: with everything on the move one round serves many changes. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    private static final Duration BOOTS_AT_CLOSE = Duration.ofSeconds(15);
    private static final Duration BOOT_GUESS = Duration.ofMillis(200);
    private static final int BOOT_WEIGHT = 5;

    private final Limits limits;
    private final PoolMeters meters;
    private final Boots boots;
    private final Removals removals = new Removals();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<PoolKey, PoolLine> lines = new HashMap<>();
    private final Thread planner;
    private Duration bootTime = BOOT_GUESS;
    private boolean news;
    private boolean closed;

    private SandboxPool(ContainerEngine engine, Limits limits, PoolMeters meters) {
        this.limits = limits;
        this.meters = meters;
        this.boots = new Boots(engine, limits.boots(), this);
        this.planner = Thread.ofVirtual().name("pool").unstarted(this::plan);
    }

    public static SandboxPool open(ContainerEngine engine, Limits limits, PoolMeters meters) {
        var pool = new SandboxPool(engine, limits, meters);
        meters.watch(pool);
        pool.planner.start();
        return pool;
    }

    /** A sandbox that is the caller's alone; blocks for a boot when none is ready. An interrupt ends the wait. */
    public Sandbox take(PoolKey key) throws SandboxUnavailable {
        CompletableFuture<Idle> next;
        PoolLine line;
        lock.lock();
        try {
            if (closed) {
                throw new BootFailed("the spawner stops", null);
            }
            line = lines.computeIfAbsent(key, k -> new PoolLine(k, System.nanoTime()));
            line.arrived(System.nanoTime());
            inform();
            for (var ready = next(line); ready != null; ready = next(line)) {
                if (ready.sandbox().alive()) {
                    meters.hit(Duration.ofNanos(System.nanoTime() - ready.since()));
                    line.lent++;
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
                line.boots.keySet().forEach(BootGate.Turn::hurry);
            }
        } finally {
            lock.unlock();
        }
        return lent(line, await(line, next));
    }

    /** Those used once: the oldest. Those reused: the one used last, so that those too many are left to grow old. */
    private static @Nullable Idle next(PoolLine line) {
        return line.key.spec().reused() ? line.idle.pollLast() : line.idle.pollFirst();
    }

    private Sandbox lent(PoolLine line, Idle sandbox) {
        return new Lent(sandbox.sandbox(), used -> giveBack(line, sandbox));
    }

    private void giveBack(PoolLine line, Idle used) {
        if (!line.key.spec().reused() || wornOut(used)) {
            returned(line);
            removals.remove(used.sandbox());
            return;
        }
        removals.first(() -> {
            if (used.sandbox().again()) {
                reclaimed(line, new Idle(used.sandbox(), System.nanoTime(), used.born(), used.runs() + 1));
            } else {
                returned(line);
                removals.remove(used.sandbox());
            }
        });
    }

    private void returned(PoolLine line) {
        lock.lock();
        try {
            line.lent--;
            if (line.mayBoot()) {
                boots.start(line, true);
            }
            inform();
        } finally {
            lock.unlock();
        }
    }

    private static boolean wornOut(Idle used) {
        return used.runs() + 1 >= MOST_RUNS || System.nanoTime() - used.born() > OLDEST.toNanos();
    }

    private void reclaimed(PoolLine line, Idle ready) {
        lock.lock();
        try {
            line.lent--;
            offer(line, ready);
        } finally {
            lock.unlock();
        }
    }

    private void offer(PoolLine line, Idle ready) {
        if (!line.handed(ready)) {
            if (closed) {
                removals.remove(ready.sandbox());
            } else {
                line.idle.addLast(ready);
            }
        }
        inform();
    }

    private Idle await(PoolLine line, CompletableFuture<Idle> next) throws SandboxUnavailable {
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
    private void abandon(PoolLine line, CompletableFuture<Idle> next) {
        lock.lock();
        try {
            if (!line.waiting.removeIf(other -> other == next) && next.state() == Future.State.SUCCESS) {
                line.lent--;
                removals.remove(next.resultNow().sandbox());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * This revision of a function is the one that will be asked for; others of it are done with.
     *
     * @param prewarm so many are to be ready at all times
     * @param most that can run at once
     * @param fresh it was made or changed just now: the first call is to be fast too
     */
    public void expect(String functionId, PoolKey key, int prewarm, int most, boolean fresh) {
        lock.lock();
        try {
            retire(functionId, key);
            if (!fresh && prewarm == 0 && !lines.containsKey(key)) {
                return;
            }
            var line = lines.computeIfAbsent(key, k -> new PoolLine(k, System.nanoTime()));
            line.prewarm = prewarm;
            line.most = most;
            line.retired = false;
            if (fresh) {
                line.touched(System.nanoTime());
            }
            inform();
        } finally {
            lock.unlock();
        }
    }

    /** The function is gone. */
    public void forget(String functionId) {
        lock.lock();
        try {
            retire(functionId, null);
            inform();
        } finally {
            lock.unlock();
        }
    }

    private void retire(String functionId, @Nullable PoolKey but) {
        lines.forEach((key, line) -> {
            if (!key.equals(but) && key.spec().revision().startsWith(functionId + "@")) {
                line.retired = true;
            }
        });
    }

    /** How many wait for a run. */
    int ready() {
        lock.lock();
        try {
            return lines.values().stream().mapToInt(line -> line.idle.size()).sum();
        } finally {
            lock.unlock();
        }
    }

    private void inform() {
        news = true;
        changed.signalAll();
    }

    private void plan() {
        try {
            while (roundAndWait()) {
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until there is something to look at again; false at the end. */
    private boolean roundAndWait() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!closed) {
                round();
            }
            news = false;
            long left = ROUND.toNanos();
            while (!news && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void round() {
        var round = PoolRound.of(lines.values(), limits, bootTime, System.nanoTime());
        round.discards().forEach(each -> {
            each.line().idle.remove(each.sandbox());
            discard(each.sandbox());
        });
        round.boots().forEach(line -> boots.start(line, false));
        round.forgotten().forEach(line -> lines.remove(line.key));
    }

    private void discard(Idle one) {
        if (one.runs() == 0) {
            meters.wasted();
        }
        removals.remove(one.sandbox());
    }

    @Override
    public void booted(PoolLine line, BootGate.Turn turn, Sandbox sandbox, Duration took) {
        meters.booted(took);
        lock.lock();
        try {
            bootTime = bootTime.plus(took.minus(bootTime).dividedBy(BOOT_WEIGHT));
            line.boots.remove(turn);
            line.preparedNow();
            line.succeeded();
            offer(line, new Idle(sandbox, System.nanoTime(), System.nanoTime(), 0));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void failed(PoolLine line, BootGate.Turn turn, SandboxUnavailable why) {
        lock.lock();
        try {
            line.boots.remove(turn);
            line.failed(System.nanoTime());
            if (line.waiting.isEmpty()) {
                log.info("nothing is ready for {}: {}", line.key.spec().revision(), why.getMessage());
            }
            line.refuse(why);
            inform();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody gets one any more; all that were booted are removed. Blocks, within a limit. */
    public void close() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closed = true;
            for (var line : lines.values()) {
                line.refuseAll("the spawner stops");
                Boots.refuse(line);
                line.idle.forEach(this::discard);
                line.idle.clear();
            }
            changed.signalAll();
            long left = BOOTS_AT_CLOSE.toNanos();
            while (left > 0 && lines.values().stream().anyMatch(line -> !line.boots.isEmpty())) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        removals.close();
    }
}
