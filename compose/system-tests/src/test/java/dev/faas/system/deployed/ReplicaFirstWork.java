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
 * The replicas of a service as they come: how long each that is healthy waits for its first work, which somebody else has to
 * give them. To about a second, since each look at the replicas takes one.
 */
final class ReplicaFirstWork {
    /** The gateway looks names up every 1.5 s; the rest is for a slow machine. */
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** Spawners take work for themselves, and who has a warm sandbox gets most of a little. */
    private static final Duration SPAWNER_LIMIT = Duration.ofMinutes(2);

    private final String service;
    private final Replicas replicas;
    private final Work work;
    private final Duration limit;
    private final Map<String, Long> healthySince = new HashMap<>();
    private final Set<String> busy = new HashSet<>();
    private Duration longest = Duration.ZERO;

    private ReplicaFirstWork(String service, Replicas replicas, Work work, Duration limit) {
        this.service = service;
        this.replicas = replicas;
        this.work = work;
        this.limit = limit;
    }

    /** Returns once three replicas of each service have done something, and says how long the last had waited for it. */
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
        while (!all.stream().allMatch(arrivals -> arrivals.busy.size() == 3)) {
            assertThat(System.nanoTime()).as("three of each at work: " + all).isLessThan(until);
            for (var arrivals : all) {
                arrivals.look();
            }
        }
        System.out.println(where + ", from one to three, the longest wait of a healthy one for work: " + all);
    }

    private void look() throws IOException, InterruptedException {
        for (var id : replicas.ids()) {
            var since = healthySince.computeIfAbsent(id, first -> System.nanoTime());
            if (busy.contains(id)) {
                continue;
            }
            var works = replicas.done(id, work) > 0;
            var waited = Duration.ofNanos(System.nanoTime() - since);
            assertThat(waited).as(this + ", " + id + " without work").isLessThan(limit);
            if (works) {
                busy.add(id);
                longest = waited.compareTo(longest) > 0 ? waited : longest;
            }
        }
    }

    @Override
    public String toString() {
        return "%s %.1f s (%d at work)".formatted(service, longest.toMillis() / 1000.0, busy.size());
    }
}
