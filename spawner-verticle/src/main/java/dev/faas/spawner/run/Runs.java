package dev.faas.spawner.run;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts, tracks and stops the runs of this spawner, each on its own virtual thread. Thread-safe. */
public final class Runs {
    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
    /** Limit for killed commands to end, their states to be stored and their containers to be removed. */
    public static final Duration AFTER_KILL = Duration.ofSeconds(15);

    private static final Duration INTERRUPT_LIMIT = Duration.ofSeconds(5);

    private record ActiveRun(Run run, Thread thread) {}

    private final Supplier<String> ids;
    private final Map<String, ActiveRun> active = new ConcurrentHashMap<>();
    private volatile boolean graceSkipped;
    private volatile boolean mayContinue = true;

    /** @param ids of runs, unique among all spawners */
    public Runs(Supplier<String> ids) {
        this.ids = ids;
    }

    /**
     * Starts a run and returns at once.
     *
     * @param create creates the run with this id
     * @param ended called when the run is over; the delay after which its command is redelivered, if it is
     */
    public void start(Function<String, Run> create, Consumer<Optional<Duration>> ended) {
        var id = ids.get();
        var run = create.apply(id);
        var thread = Thread.ofVirtual().name("run-" + id).unstarted(() -> {
            Optional<Duration> redelivery = Optional.empty();
            try {
                redelivery = run.execute();
            } catch (InterruptedException e) {
                LOG.warn("run interrupted run={}", id);
            } catch (RuntimeException e) {
                // The command is not acknowledged: it is redelivered, and the run is found lost.
                LOG.error("run failed run={}", id, e);
            } finally {
                active.remove(id);
                ended.accept(redelivery);
            }
        });
        active.put(id, new ActiveRun(run, thread));
        if (graceSkipped) {
            run.stop(RunStop.Cause.DRAIN);
        }
        thread.start();
    }

    public boolean isRunning(String id) {
        return active.containsKey(id);
    }

    /** Of the runs that wait for a sandbox. */
    public List<Preparation> preparations() {
        return active.values().stream()
                .flatMap(a -> a.run().preparation().stream())
                .toList();
    }

    int count() {
        return active.size();
    }

    /** False once the spawner has stopped waiting for its runs. */
    public boolean mayContinue() {
        return mayContinue;
    }

    /** Kills all runs without settling their commands: those may have been delivered to another spawner. */
    public void abandon() {
        active.values().forEach(a -> a.run().stop(RunStop.Cause.LEASE_LOST));
    }

    /** Ends the grace period of this or the next drain: runs are killed and handed back, and no run begins. */
    public void skipGrace() {
        graceSkipped = true;
        active.values().forEach(a -> a.run().stop(RunStop.Cause.DRAIN));
    }

    /** Waits for runs to end. Then kills the rest: they are handed back, or end if they are at-most-once. Blocks. */
    public void drain(Duration grace) throws InterruptedException {
        var left = graceSkipped ? Duration.ZERO : grace;
        if (allEnded(active.values(), left)) {
            return;
        }
        LOG.info("runs exceeded the grace period, killing runs={} graceSeconds={}", active.size(), left.toSeconds());
        skipGrace();
        if (allEnded(active.values(), AFTER_KILL)) {
            return;
        }
        LOG.warn("runs could not be handed back runs={}", active.size());
        mayContinue = false;
        active.values().forEach(a -> a.thread().interrupt());
        allEnded(active.values(), INTERRUPT_LIMIT);
    }

    private static boolean allEnded(Collection<ActiveRun> runs, Duration limit) throws InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        for (var each : runs) {
            each.thread().join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        }
        return runs.isEmpty();
    }
}
