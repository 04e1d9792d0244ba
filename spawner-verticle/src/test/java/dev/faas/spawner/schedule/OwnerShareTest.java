package dev.faas.spawner.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.SpawnerHeartbeat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OwnerShareTest {
    private static SpawnerHeartbeat heartbeat(String name, int slots) {
        return new SpawnerHeartbeat(name, "1", slots, 0, null);
    }

    @Test
    void givenASingleSpawner_whenDivided_thenItGetsTheWholeLimit() {
        assertThat(OwnerShare.of(7, "a", 4, List.of())).isEqualTo(7);
        assertThat(OwnerShare.of(7, "a", 4, List.of(heartbeat("a", 4)))).isEqualTo(7);
    }

    @Test
    void givenSeveralSpawners_whenDivided_thenTheSharesFollowTheSlots() {
        var all = List.of(heartbeat("a", 8), heartbeat("b", 16), heartbeat("c", 8));

        assertThat(OwnerShare.of(20, "a", 8, all)).isEqualTo(5);
        assertThat(OwnerShare.of(20, "b", 16, all)).isEqualTo(10);
        assertThat(OwnerShare.of(20, "c", 8, all)).isEqualTo(5);
    }

    @Test
    void givenAnyLimitAndAnySpawners_whenDivided_thenTheSharesAddUpToTheLimit() {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            int limit = 1 + random.nextInt(1_000_000);
            var all = IntStream.range(0, 1 + random.nextInt(20))
                    .mapToObj(n -> heartbeat("spawner-" + n, 1 + random.nextInt(10_000)))
                    .toList();

            var shares = all.stream().mapToInt(each -> OwnerShare.of(limit, each.spawner(), each.slots(), all));

            assertThat(shares.sum()).as(limit + " " + all).isEqualTo(limit);
        }
    }
}
