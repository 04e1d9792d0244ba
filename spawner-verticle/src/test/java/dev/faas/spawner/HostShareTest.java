package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.wire.Capacity;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plays spawners of one host. Their heartbeats arrive late; they start, stop, die and lose their contact at any time. */
final class HostShareTest {
    private static final EngineHost HOST = new EngineHost("daemon", new Capacity(1_000, 4_000));
    private static final Capacity ALL = HOST.capacity();
    private static final Duration DEAD_AFTER = Duration.ofSeconds(30);
    private static final int STEPS = 20_000;

    /** @param beat null: it signed off */
    private record Change(String spawner, @Nullable SpawnerHeartbeat beat, long revision) {}

    private record Seen(SpawnerHeartbeat beat, long revision, long at) {}

    private final List<Spawner> spawners = new ArrayList<>();
    private final List<Change> log = new ArrayList<>();
    private long now = Duration.ofHours(1).toNanos();
    private int named;

    private final class Spawner {
        private final String name = "spawner-" + named++;
        private final Map<String, Seen> seen = new HashMap<>();
        private final HostShare share = new HostShare(name, HOST, this::recent, () -> now);
        private final Budget containers = new Budget(share::usable);
        private final Deque<Capacity> taken = new ArrayDeque<>();
        private int arrived;
        private boolean isCutOff;

        private List<SpawnerHeartbeat> recent() {
            return seen.values().stream()
                    .filter(each -> now - each.at() <= DEAD_AFTER.toNanos())
                    .map(Seen::beat)
                    .toList();
        }

        void receive(int changes) {
            for (int i = 0; i < changes && !isCutOff && arrived < log.size(); i++) {
                var change = log.get(arrived++);
                if (change.beat() == null) {
                    seen.remove(change.spawner());
                } else {
                    seen.put(change.spawner(), new Seen(change.beat(), change.revision(), now));
                }
            }
        }

        void publish() {
            var budget = share.next(containers.used(), Capacity.NONE);
            if (!isCutOff) {
                long revision = log.size() + 1L;
                log.add(new Change(name, new SpawnerHeartbeat(name, "1", 1, 1, null, budget), revision));
                share.stored(budget, revision, now);
            }
        }

        void update() {
            var unused = share.update(
                    revision -> seen.containsKey(name) && seen.get(name).revision() == revision);
            if (share.isOutdated(containers.used())) {
                publish();
            }
            if (isCutOff && share.usable().equals(Capacity.NONE)) {
                end(taken.size()); // as idle sandboxes are discarded, and runs end with their lease
            }
        }

        void boot(Capacity need) {
            if (containers.tryTake(need)) {
                taken.add(need);
            }
        }

        void end(int count) {
            for (int i = 0; i < count && !taken.isEmpty(); i++) {
                containers.release(taken.removeFirst());
            }
        }

        void signOff() {
            end(taken.size());
            log.add(new Change(name, null, log.size() + 1L));
        }
    }

    private Spawner start() {
        var spawner = new Spawner();
        spawners.add(spawner);
        spawner.publish();
        return spawner;
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /** Until nothing changes any more. */
    private void settle() {
        for (int i = 0; i < 10; i++) {
            pass(Duration.ofMillis(200));
            spawners.forEach(each -> each.receive(Integer.MAX_VALUE));
            spawners.forEach(Spawner::update);
        }
    }

    private void loseContact(Spawner one, Random random) {
        one.isCutOff = true;
        int seconds = random.nextInt(60);
        for (int i = 0; i < seconds; i++) {
            pass(Duration.ofSeconds(1));
            for (var each : spawners) {
                each.receive(Integer.MAX_VALUE);
                each.update();
                each.boot(new Capacity(100, 100));
                if (i % 5 == 0) {
                    each.publish();
                }
            }
            assertThat(ALL.holds(taken())).isTrue();
        }
        one.isCutOff = false;
    }

    private Capacity taken() {
        return spawners.stream().map(each -> each.containers.used()).reduce(Capacity.NONE, Capacity::plus);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void givenSpawnersThatComeAndGo_whenTheyTakeWhatTheyMay_thenTheSumNeverExceedsTheHost(long seed) {
        var random = new Random(seed);
        start();
        for (int i = 0; i < STEPS; i++) {
            var one = spawners.get(random.nextInt(spawners.size()));
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> one.update();
                case 3, 4 -> one.receive(1 + random.nextInt(3));
                case 5, 6, 7, 8 -> one.boot(new Capacity(1 + random.nextInt(300), 1 + random.nextInt(1_200)));
                case 9, 10 -> one.end(1 + random.nextInt(3));
                case 11 -> one.publish();
                case 12 -> {
                    if (spawners.size() < 5 && random.nextInt(20) == 0) {
                        start();
                    }
                }
                case 13 -> {
                    if (spawners.size() > 1 && random.nextInt(40) == 0) {
                        if (random.nextBoolean() && !one.isCutOff) {
                            one.signOff();
                        }
                        spawners.remove(one); // or it was killed, and init has killed its containers
                    }
                }
                case 14 -> {
                    if (random.nextInt(100) == 0) {
                        loseContact(one, random);
                    }
                }
                default -> {
                    // Checks follow each other within a second, also while contact is lost.
                    pass(Duration.ofMillis(random.nextInt(1_000)));
                    spawners.forEach(Spawner::update);
                }
            }
            assertThat(ALL.holds(taken())).as("step %d: %s", i, taken()).isTrue();
        }
        spawners.forEach(each -> each.end(Integer.MAX_VALUE));
        pass(DEAD_AFTER);
        spawners.forEach(Spawner::publish);
        settle();
        pass(DEAD_AFTER);
        spawners.forEach(Spawner::publish);
        settle();
        assertThat(spawners)
                .allSatisfy(each -> assertThat(each.share.usable()).isEqualTo(ALL.dividedBy(spawners.size())));
    }

    @Test
    void givenASpawnerAlone_whenItsHeartbeatHasComeBack_thenItHasAllAndKeepsItWithoutContact() {
        var alone = start();
        assertThat(alone.share.usable()).isEqualTo(Capacity.NONE);
        settle();
        assertThat(alone.share.usable()).isEqualTo(ALL);

        alone.isCutOff = true;
        pass(Duration.ofMinutes(5));
        alone.update();

        assertThat(alone.share.usable()).isEqualTo(ALL);
    }

    @Test
    void givenTwoSpawners_whenOneLosesItsContact_thenItLosesItsPartBeforeTheOtherGetsIt() {
        var first = start();
        var second = start();
        settle();
        second.isCutOff = true;
        for (int i = 0; i < 60; i++) {
            pass(Duration.ofSeconds(1));
            first.publish();
            first.receive(Integer.MAX_VALUE);
            first.update();
            second.update();
            assertThat(ALL.holds(first.share.usable().plus(second.share.usable())))
                    .isTrue();
        }
        assertThat(first.share.usable()).isEqualTo(ALL);
        assertThat(second.share.usable()).isEqualTo(Capacity.NONE);

        second.isCutOff = false;
        second.publish();
        first.publish();
        settle();
        assertThat(second.share.usable()).isEqualTo(ALL.dividedBy(2));
    }

    @Test
    void givenABusySpawner_whenAnotherStarts_thenThatGetsItsPartAsTheFirstGivesItUp() {
        var first = start();
        settle();
        first.boot(new Capacity(300, 1));
        first.boot(new Capacity(400, 1));

        var second = start();
        settle();
        assertThat(first.share.usable().memoryMb()).isEqualTo(500);
        assertThat(second.share.usable().memoryMb()).isEqualTo(300);
        first.boot(new Capacity(1, 1));
        assertThat(first.containers.used().memoryMb()).isEqualTo(700);

        first.end(1);
        settle();
        assertThat(second.share.usable()).isEqualTo(ALL.dividedBy(2));

        second.signOff();
        spawners.remove(second);
        settle();
        assertThat(first.share.usable()).isEqualTo(ALL);
    }

    @Test
    void givenSpawnersOfDifferentHostsOrWithoutBudgets_whenDivided_thenTheyDoNotCount() {
        var others = List.of(
                new SpawnerHeartbeat("old", "1", 1, 1, null, null),
                new SpawnerHeartbeat(
                        "elsewhere", "1", 1, 1, null, new SpawnerHeartbeat.Budget("other", ALL, ALL, ALL)));
        var share = new HostShare("me", HOST, () -> others, () -> now);

        share.stored(share.next(Capacity.NONE, Capacity.NONE), 1, now);

        assertThat(share.update(revision -> revision == 1)).isTrue();
        assertThat(share.usable()).isEqualTo(ALL);
    }
}
