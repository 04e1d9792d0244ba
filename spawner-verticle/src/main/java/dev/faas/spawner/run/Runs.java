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

/** The runs that are alive on this spawner, each on a virtual thread of its own. Thread-safe. */
public final class Runs {
    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
    /** For a killed command to end, its state to be stored and its container to be removed. */
    public static final Duration AFTER_KILL = Duration.ofSeconds(15);

    private static final Duration LAST_GASP = Duration.ofSeconds(5);

    private record Alive(Run run, Thread thread) {}

    private final Supplier<String> ids;
    private final Map<String, Alive> alive = new ConcurrentHashMap<>();
    private volatile boolean hurried;
    private volatile boolean halted;

    /** @param ids of runs, unique among all spawners */
    public Runs(Supplier<String> ids) {
        this.ids = ids;
    }

    /**
     * Starts a run and returns at once. When it is over, {@code ended} is told whether the command comes back, and when.
     *
     * @param made makes the run of this id
     */
    public void start(Function<String, Run> made, Consumer<Optional<Duration>> ended) {
        var id = ids.get();
        var run = made.apply(id);
        var thread = Thread.ofVirtual().name("run-" + id).unstarted(() -> {
            Optional<Duration> again = Optional.empty();
            try {
                again = run.execute();
            } catch (InterruptedException e) {
                LOG.warn("run {} was cut off", id);
            } catch (RuntimeException e) {
                // The edge of the thread. The command is not acked: it comes again, and finds its run gone.
                LOG.error("run {} failed", id, e);
            } finally {
                alive.remove(id);
                ended.accept(again);
            }
        });
        alive.put(id, new Alive(run, thread));
        if (hurried) {
            run.stop(RunStop.Cause.DRAIN);
        }
        thread.start();
    }

    public boolean isRunning(String id) {
        return alive.containsKey(id);
    }

    /** Whether this activation runs here. */
    boolean isRunningActivation(String activation) {
        return alive.values().stream()
                .anyMatch(a -> a.run().activationId().filter(activation::equals).isPresent());
    }

    /** Of those that wait for a sandbox. */
    public List<Preparation> preparations() {
        return alive.values().stream()
                .flatMap(a -> a.run().preparation().stream())
                .toList();
    }

    int count() {
        return alive.size();
    }

    /** True until the spawner has given up waiting for its runs. */
    public boolean mayContinue() {
        return !halted;
    }

    /** Kills all: the broker, or another process of this spawner's name, may have given their commands to others. */
    public void abandon() {
        alive.values().forEach(a -> a.run().stop(RunStop.Cause.LEASE_LOST));
    }

    /** Ends the grace of a drain, also of one to come: what runs is killed and handed back, and nothing begins any more. */
    public void skipGrace() {
        hurried = true;
        alive.values().forEach(a -> a.run().stop(RunStop.Cause.DRAIN));
    }

    /** Lets runs end for so long; kills the others, which are then handed back, or end if they may run only once. Blocks. */
    public void drain(Duration grace) throws InterruptedException {
        var left = hurried ? Duration.ZERO : grace;
        if (allEnded(alive.values(), left)) {
            return;
        }
        LOG.info("{} runs did not end within {} s: killed and handed back", alive.size(), left.toSeconds());
        skipGrace();
        if (allEnded(alive.values(), AFTER_KILL)) {
            return;
        }
        LOG.warn("{} runs could not be handed back", alive.size());
        halted = true;
        alive.values().forEach(a -> a.thread().interrupt());
        allEnded(alive.values(), LAST_GASP);
    }

    private static boolean allEnded(Collection<Alive> runs, Duration limit) throws InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        for (var each : runs) {
            each.thread().join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        }
        return runs.isEmpty();
    }
}
