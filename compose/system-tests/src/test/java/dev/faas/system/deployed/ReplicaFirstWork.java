package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.deployed.Replicas.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Measures how long each new, healthy replica of a service waits for its first work, under a load of others. Accurate to about
 * a second, the time of one check.
 */
final class ReplicaFirstWork {
    /** The gateway resolves names every 1.5 s; the rest is margin for a slow machine. */
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** Spawners pull work; under a small load, one with a warm sandbox gets most of it. */
    private static final Duration SPAWNER_LIMIT = Duration.ofMinutes(2);

    private final String service;
    private final Replicas replicas;
    private final Work work;
    private final Duration limit;
    private final Map<String, Long> healthySince = new HashMap<>();
    private final Set<String> working = new HashSet<>();
    private Duration longest = Duration.ZERO;

    private ReplicaFirstWork(String service, Replicas replicas, Work work, Duration limit) {
        this.service = service;
        this.replicas = replicas;
        this.work = work;
        this.limit = limit;
    }

    /** Waits until three replicas of each service have worked, and prints the longest wait. */
    static void ofThree(String where, Shell shell, BiFunction<Shell, String, Replicas> replicas)
            throws IOException, InterruptedException {
        var all = List.of(
                new ReplicaFirstWork(
                        "auth-service", replicas.apply(shell, "auth-service"), Work.requests("/v1/auth/me"), LIMIT),
                new ReplicaFirstWork(
                        "registry-service",
                        replicas.apply(shell, "registry-service"),
                        Work.requests("/v1/functions/:ref"),
                        LIMIT),
                new ReplicaFirstWork(
                        "execution-service", replicas.apply(shell, "execution-service"), Work.runs(), SPAWNER_LIMIT));
        var until = System.nanoTime() + Nodes.LONG.toNanos();
        while (!all.stream().allMatch(service -> service.working.size() == 3)) {
            assertThat(System.nanoTime()).as("three of each at work: " + all).isLessThan(until);
            for (var service : all) {
                service.check();
            }
        }
        System.out.println(where + ", from one to three, the longest wait of a healthy one for work: " + all);
    }

    private void check() throws IOException, InterruptedException {
        for (var id : replicas.ids()) {
            var since = healthySince.computeIfAbsent(id, first -> System.nanoTime());
            if (working.contains(id)) {
                continue;
            }
            var works = replicas.done(id, work) > 0;
            var waited = Duration.ofNanos(System.nanoTime() - since);
            assertThat(waited).as(this + ", " + id + " without work").isLessThan(limit);
            if (works) {
                working.add(id);
                longest = waited.compareTo(longest) > 0 ? waited : longest;
            }
        }
    }

    @Override
    public String toString() {
        return "%s %.1f s (%d at work)".formatted(service, longest.toMillis() / 1000.0, working.size());
    }
}
