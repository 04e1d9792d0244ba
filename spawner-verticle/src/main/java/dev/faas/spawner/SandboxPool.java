package dev.faas.spawner;

import dev.faas.spawner.PoolLine.Idle;
import dev.faas.spawner.SandboxUnavailable.BootFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
 * Sandboxes booted ahead of demand, each used once. Every function revision has a line, whose length follows its arrival
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
final class SandboxPool {
    /**
     * @param budget of sandboxes that are ready or made ahead; 0: none
     * @param idle a function not used for so long has none but its {@code prewarm.min}
     * @param boots at once
     */
    record Limits(int budget, Duration idle, int boots) {}

    private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);
    private static final Duration ROUND = Duration.ofSeconds(1);
    /** What is too many is kept for that long, unless others need the place: the rate may come back. */
    private static final Duration SPARE = Duration.ofSeconds(15);

    /** Between two rounds: with everything on the move one round serves many changes. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    private static final Duration BOOTS_AT_CLOSE = Duration.ofSeconds(15);
    private static final Duration BOOT_GUESS = Duration.ofMillis(200);
    private static final int BOOT_WEIGHT = 5;

    private final ContainerEngine engine;
    private final Limits limits;
    private final PoolMeters meters;
    private final BootGate gate;
    private final Removals removals = new Removals();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<PoolKey, PoolLine> lines = new HashMap<>();
    private final Thread planner;
    private Duration bootTime = BOOT_GUESS;
    private boolean news;
    private boolean closed;

    private SandboxPool(ContainerEngine engine, Limits limits, PoolMeters meters) {
        this.engine = engine;
        this.limits = limits;
        this.meters = meters;
        this.gate = new BootGate(limits.boots());
        this.planner = Thread.ofVirtual().name("pool").unstarted(this::plan);
    }

    static SandboxPool open(ContainerEngine engine, Limits limits, PoolMeters meters) {
        var pool = new SandboxPool(engine, limits, meters);
        meters.watch(pool);
        pool.planner.start();
        return pool;
    }

    /** A sandbox that is the caller's alone; blocks for a boot when none is ready. An interrupt ends the wait. */
    Sandbox take(PoolKey key) throws SandboxUnavailable {
        CompletableFuture<Sandbox> next;
        lock.lock();
        try {
            if (closed) {
                throw new BootFailed("the spawner stops", null);
            }
            var line = lines.computeIfAbsent(key, k -> new PoolLine(k, System.nanoTime()));
            line.arrived(System.nanoTime());
            inform();
            for (var ready = line.idle.pollFirst(); ready != null; ready = line.idle.pollFirst()) {
                if (ready.sandbox().alive()) {
                    meters.hit(Duration.ofNanos(System.nanoTime() - ready.since()));
                    return removals.offPath(ready.sandbox());
                }
                waste(ready.sandbox());
            }
            meters.miss();
            next = new CompletableFuture<>();
            line.waiting.addLast(next);
            if (line.boots.size() < line.waiting.size()) {
                boot(line, true);
            } else {
                line.boots.keySet().forEach(BootGate.Turn::hurry);
            }
        } finally {
            lock.unlock();
        }
        return removals.offPath(await(key, next));
    }

    private Sandbox await(PoolKey key, CompletableFuture<Sandbox> next) throws SandboxUnavailable {
        try {
            return next.get();
        } catch (InterruptedException e) {
            abandon(key, next);
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
    private void abandon(PoolKey key, CompletableFuture<Sandbox> next) {
        lock.lock();
        try {
            var line = lines.get(key);
            if ((line == null || !line.waiting.removeIf(other -> other == next))
                    && next.state() == Future.State.SUCCESS) {
                removals.remove(next.resultNow());
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
    void expect(String functionId, PoolKey key, int prewarm, int most, boolean fresh) {
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
    void forget(String functionId) {
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
        long now = System.nanoTime();
        var wants = new HashMap<PoolKey, Integer>();
        for (var line : lines.values()) {
            throwOut(line, line.idle.stream().filter(i -> !i.sandbox().alive()).toList());
            wants.put(line.key, line.wanted(now, bootTime, limits.idle()));
        }
        var shares = PoolShares.of(wants, limits.budget());
        int total = lines.values().stream().mapToInt(PoolLine::ahead).sum();
        for (var line : lines.values()) {
            int share = shares.getOrDefault(line.key, 0);
            boolean scarce = total > limits.budget() || line.retired;
            total -= shrink(line, share, scarce, now);
        }
        boolean pressed = lines.values().stream().anyMatch(line -> !line.waiting.isEmpty());
        for (var line : lines.values()) {
            int share = shares.getOrDefault(line.key, 0);
            while (!pressed && total < limits.budget() && line.ahead() < share && !line.paused(now)) {
                boot(line, false);
                total++;
            }
        }
        lines.values().removeIf(line -> line.empty() && wants.getOrDefault(line.key, 0) == 0);
    }

    /** How many went. */
    private int shrink(PoolLine line, int share, boolean scarce, long now) {
        List<Idle> spare = new ArrayList<>();
        for (var each : line.idle) { // the oldest first
            boolean kept = !scarce && now - each.since() < SPARE.toNanos();
            if (line.ahead() - spare.size() > share && !kept) {
                spare.add(each);
            }
        }
        throwOut(line, spare);
        return spare.size();
    }

    private void throwOut(PoolLine line, List<Idle> some) {
        some.forEach(each -> {
            line.idle.remove(each);
            waste(each.sandbox());
        });
    }

    private void waste(Sandbox sandbox) {
        meters.wasted();
        removals.remove(sandbox);
    }

    private void boot(PoolLine line, boolean urgent) {
        var turn = gate.turn(urgent);
        boolean prepared = line.prepared();
        var thread = Thread.ofVirtual()
                .name("boot-" + line.key.spec().revision())
                .unstarted(() -> boot(line, turn, prepared));
        line.boots.put(turn, thread);
        thread.start();
    }

    private void boot(PoolLine line, BootGate.Turn turn, boolean prepared) {
        try {
            if (!prepared) {
                engine.prepare(line.key.spec());
            }
            turn.enter();
            Sandbox sandbox;
            long began = System.nanoTime();
            try {
                sandbox = engine.boot(line.key.spec());
            } finally {
                turn.leave();
            }
            booted(line, turn, sandbox, Duration.ofNanos(System.nanoTime() - began));
        } catch (SandboxUnavailable e) {
            failed(line, turn, e);
        } catch (InterruptedException e) {
            failed(line, turn, new BootFailed("interrupted before a boot", e));
        } catch (RuntimeException e) {
            log.error("a boot of {} failed", line.key.spec().revision(), e);
            failed(line, turn, new BootFailed("the spawner could not boot it", e));
        }
    }

    private void booted(PoolLine line, BootGate.Turn turn, Sandbox sandbox, Duration took) {
        meters.booted(took);
        lock.lock();
        try {
            bootTime = bootTime.plus(took.minus(bootTime).dividedBy(BOOT_WEIGHT));
            line.boots.remove(turn);
            line.preparedNow();
            line.succeeded();
            if (!line.handed(sandbox)) {
                if (closed) {
                    waste(sandbox);
                } else {
                    line.idle.addLast(new Idle(sandbox, System.nanoTime()));
                }
            }
            inform();
        } finally {
            lock.unlock();
        }
    }

    private void failed(PoolLine line, BootGate.Turn turn, SandboxUnavailable why) {
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
    void close() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closed = true;
            for (var line : lines.values()) {
                line.refuseAll("the spawner stops");
                line.boots.forEach((turn, thread) -> {
                    if (turn.refuse()) {
                        thread.interrupt(); // perhaps in a pull
                    }
                });
                throwOut(line, List.copyOf(line.idle));
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
