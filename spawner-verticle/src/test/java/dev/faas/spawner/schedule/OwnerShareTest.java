package dev.faas.spawner.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.wire.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OwnerShareTest {
    private static final String OWNER = "usr_1";

    private static SpawnerHeartbeat heartbeat(String name, int slots) {
        return new SpawnerHeartbeat(name, "1", slots, 0, null, null);
    }

    private static SpawnerHeartbeat inTrouble(String name, int slots) {
        return new SpawnerHeartbeat(name, "1", slots, 0, "Docker does not answer", null);
    }

    /** The share of each, in their order. */
    private static List<Integer> shares(int limit, String owner, List<SpawnerHeartbeat> alive) {
        return alive.stream()
                .map(each -> new OwnerShare(any -> limit, each.spawner(), each.slots(), () -> alive).applyAsInt(owner))
                .toList();
    }

    @Test
    void givenASingleSpawner_whenDivided_thenItGetsTheWholeLimit() {
        assertThat(new OwnerShare(any -> 7, "a", 4, List::of).applyAsInt(OWNER)).isEqualTo(7);
        assertThat(shares(7, OWNER, List.of(heartbeat("a", 4)))).containsExactly(7);
    }

    @Test
    void whatIsNotLimitedIsNotDivided() {
        assertThat(shares(OwnerShare.NO_LIMIT, OWNER, List.of(heartbeat("a", 8), heartbeat("b", 16))))
                .containsExactly(OwnerShare.NO_LIMIT, OwnerShare.NO_LIMIT);
    }

    @Test
    void givenSeveralSpawners_whenDivided_thenTheSharesFollowTheSlots() {
        assertThat(shares(20, OWNER, List.of(heartbeat("a", 8), heartbeat("b", 16), heartbeat("c", 8))))
                .containsExactly(5, 10, 5);
    }

    @Test
    void givenASpawnerInTrouble_whenDivided_thenTheOthersGetItsShare() {
        assertThat(shares(1, OWNER, List.of(heartbeat("a", 4), inTrouble("b", 4))))
                .containsExactly(1, 0);
        assertThat(shares(6, OWNER, List.of(inTrouble("a", 4), heartbeat("b", 4), heartbeat("c", 8))))
                .containsExactly(0, 2, 4);
    }

    @Test
    void givenOnlySpawnersInTrouble_whenDivided_thenTheyShareForTheTimeAfterIt() {
        assertThat(shares(8, OWNER, List.of(inTrouble("a", 4), inTrouble("b", 4))))
                .containsExactly(4, 4);
    }

    @Test
    void givenTrouble_whenItsHeartbeatComes_thenTheShareChanges() {
        var alive = new AtomicReference<>(List.of(heartbeat("a", 4), heartbeat("b", 4)));
        var share = new OwnerShare(any -> 8, "a", 4, alive::get);
        assertThat(share.applyAsInt(OWNER)).isEqualTo(4);

        alive.set(List.of(heartbeat("a", 4), inTrouble("b", 4)));

        assertThat(share.applyAsInt(OWNER)).isEqualTo(8);
    }

    @Test
    void givenALimitOfOne_whenManyOwnersAreDivided_thenEachSpawnerGetsItsPartOfThem() {
        var all = List.of(heartbeat("a", 4), heartbeat("b", 4), heartbeat("c", 8));
        var owners = new int[3];
        for (int i = 0; i < 4_000; i++) {
            var shares = shares(1, Ids.user(Instant.now()), all);
            owners[shares.indexOf(1)]++;
        }

        assertThat(owners[0]).isBetween(850, 1_150);
        assertThat(owners[1]).isBetween(850, 1_150);
        assertThat(owners[2]).isBetween(1_800, 2_200);
    }

    @Test
    void givenAnyLimitAndAnySpawners_whenDivided_thenTheSharesOfEachOwnerAddUpAndFollowTheSlots() {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            int limit = 1 + random.nextInt(OwnerShare.NO_LIMIT - 1);
            var all = new ArrayList<SpawnerHeartbeat>();
            IntStream.range(0, 1 + random.nextInt(20)).forEach(n -> {
                int slots = 1 + random.nextInt(10_000);
                all.add(random.nextInt(4) == 0 ? inTrouble("spawner-" + n, slots) : heartbeat("spawner-" + n, slots));
            });
            var working = all.stream().filter(each -> each.trouble() == null).toList();
            var counted = working.isEmpty() ? all : working;
            long slots = counted.stream().mapToLong(SpawnerHeartbeat::slots).sum();

            var shares = shares(limit, "usr_" + random.nextLong(), all);

            assertThat(shares.stream().mapToInt(Integer::intValue).sum())
                    .as(limit + " " + all)
                    .isEqualTo(limit);
            for (int n = 0; n < all.size(); n++) {
                double exact = counted.contains(all.get(n))
                        ? (double) limit * all.get(n).slots() / slots
                        : 0;
                assertThat((double) shares.get(n)).isBetween(Math.floor(exact), Math.ceil(exact));
            }
        }
    }
}
