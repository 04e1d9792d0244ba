package dev.faas.system.faults;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Spawners;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Looks for activations whose state is running without a run for too long: their spawner is dead, or says that it does not have
 * that run. Time without NATS does not count, because nobody can write another state then.
 */
final class StuckRuns implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Nats nats;
    private final ActivationEvents events;
    private final Spawners spawners;
    private final Supplier<List<String>> activations;
    private final Duration limit;
    private final RepeatingTask task;
    private final Set<String> ended = new HashSet<>();
    /** By run id, of {@link System#nanoTime}. */
    private final Map<String, Long> missingSince = new HashMap<>();

    private final Map<String, String> problems = new ConcurrentHashMap<>();

    private StuckRuns(Nats nats, Supplier<List<String>> activations, Duration limit) throws Exception {
        this.nats = nats;
        this.events = new ActivationEvents(nats);
        this.spawners = new Spawners(nats);
        this.activations = activations;
        this.limit = limit;
        spawners.startObserving();
        this.task = RepeatingTask.start("stuck runs", PAUSE, this::look);
    }

    static StuckRuns watch(NatsConfig config, Supplier<List<String>> activations, Duration limit) throws Exception {
        return new StuckRuns(Nats.connect(config, "stuck-runs"), activations, limit);
    }

    private void look() throws Exception {
        try {
            for (var id : activations.get()) {
                if (!ended.contains(id)) {
                    check(id);
                }
            }
        } catch (BusException away) {
            missingSince.clear();
        }
    }

    private void check(String id) throws Exception {
        var last = Blocking.await(events.lastFromLeader(id));
        if (last.isEmpty() || last.get().record() instanceof Ended) {
            ended.add(id);
        } else if (last.get().record() instanceof Running running) {
            check(running, System.nanoTime());
        }
    }

    private void check(Running running, long now) throws Exception {
        var run = running.runId();
        if (!isWithoutRun(running)) {
            missingSince.remove(run);
        } else if (now - missingSince.computeIfAbsent(run, _ -> now) > limit.toNanos()) {
            problems.put(
                    run, running.id() + " is running without a run on " + running.worker() + " for more than " + limit);
        }
    }

    private boolean isWithoutRun(Running running) throws Exception {
        return spawners.isDead(running.worker()) || Blocking.await(spawners.isMissing(running));
    }

    List<String> problems() {
        return List.copyOf(problems.values());
    }

    @Override
    public void close() {
        try {
            task.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        spawners.close();
        nats.close();
    }
}
