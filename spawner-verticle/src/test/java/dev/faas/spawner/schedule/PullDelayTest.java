package dev.faas.spawner.schedule;

import static dev.faas.spawner.schedule.PullDelay.COLD_DELAY;
import static dev.faas.spawner.schedule.PullDelay.MAX_LOAD_DELAY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class PullDelayTest {
    private static final QueueKey WARM_FUNCTION = new QueueKey("usr_1", "fn_warm");
    private static final QueueKey COLD_FUNCTION = new QueueKey("usr_1", "fn_cold");
    private static final int MANY = 200;

    private final Slots slots = new Slots(4, owner -> 4);

    private PullDelay among(BooleanSupplier hasPeers) {
        return new PullDelay(slots, WARM_FUNCTION::equals, hasPeers);
    }

    private static Duration longest(Supplier<Duration> of) {
        var longest = Duration.ZERO;
        for (int i = 0; i < MANY; i++) {
            var each = of.get();
            longest = each.compareTo(longest) > 0 ? each : longest;
        }
        return longest;
    }

    @Test
    void givenNoOtherSpawner_whenNotified_thenThereIsNoDelay() {
        slots.tryTake();
        var alone = among(() -> false);

        assertThat(longest(() -> alone.of(COLD_FUNCTION))).isZero();
    }

    @Test
    void givenOtherSpawners_whenNoSandboxIsReadyHere_thenThePullIsDelayed() {
        var one = among(() -> true);

        assertThat(one.of(WARM_FUNCTION)).isZero();
        assertThat(one.of(COLD_FUNCTION)).isEqualTo(COLD_DELAY);
    }

    @Test
    void givenOtherSpawners_whenSlotsAreTaken_thenThePullIsMostlyDelayed() {
        slots.tryTake();
        slots.tryTake();
        var half = among(() -> true);

        assertThat(longest(() -> half.of(WARM_FUNCTION))).isPositive().isLessThan(MAX_LOAD_DELAY.dividedBy(2));
        assertThat(longest(() -> half.of(COLD_FUNCTION)))
                .isGreaterThan(COLD_DELAY)
                .isLessThan(COLD_DELAY.plus(MAX_LOAD_DELAY.dividedBy(2)));
    }
}
