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
    private static final QueueKey WARM = new QueueKey("usr_1", "fn_warm");
    private static final QueueKey NOT_WARM = new QueueKey("usr_1", "fn_cold");
    private static final int MANY = 200;

    private final Slots slots = new Slots(4, () -> 4);

    private PullDelay among(BooleanSupplier others) {
        return new PullDelay(slots, WARM::equals, others);
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
    void givenNobodyElse_whenWorkIsHeardOf_thenItIsAskedForAtOnce() {
        slots.tryTake();
        var alone = among(() -> false);

        assertThat(longest(() -> alone.of(NOT_WARM))).isZero();
    }

    @Test
    void givenOthers_whenNothingIsReadyHere_thenThoseWithSomethingReadyAreFirst() {
        var one = among(() -> true);

        assertThat(one.of(WARM)).isZero();
        assertThat(one.of(NOT_WARM)).isEqualTo(COLD_DELAY);
    }

    @Test
    void givenOthers_whenSlotsAreTaken_thenThoseWithMoreFreeOnesAreMostlyFirst() {
        slots.tryTake();
        slots.tryTake();
        var half = among(() -> true);

        assertThat(longest(() -> half.of(WARM))).isPositive().isLessThan(MAX_LOAD_DELAY.dividedBy(2));
        assertThat(longest(() -> half.of(NOT_WARM)))
                .isGreaterThan(COLD_DELAY)
                .isLessThan(COLD_DELAY.plus(MAX_LOAD_DELAY.dividedBy(2)));
    }
}
