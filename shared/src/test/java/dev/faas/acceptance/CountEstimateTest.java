package dev.faas.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CountEstimateTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final AtomicLong clock = new AtomicLong(1);
    private final CountEstimate estimate = new CountEstimate(clock::get);

    private void updateAfterASecond(long count) {
        clock.addAndGet(SECOND);
        estimate.update(estimate.addedSoFar(), count);
    }

    @Test
    void givenAddedAmounts_whenUpdated_thenThoseThatTheCountCannotIncludeAreAdded() {
        estimate.add(1);
        estimate.settle(1);
        estimate.add(1);
        long addedBefore = estimate.addedSoFar();
        estimate.add(1);

        // The count includes the settled one; the second was not settled, the third was added after the question.
        estimate.update(addedBefore, 1);

        assertThat(estimate.value()).isEqualTo(3);
    }

    @Test
    void givenAllAmountsAreSettled_whenUpdated_thenTheCountIsTheValue() {
        estimate.add(7);
        estimate.settle(7);

        updateAfterASecond(4);

        assertThat(estimate.value()).isEqualTo(4);
    }

    @Test
    void givenADrainOfAHundredASecond_whenTheTimeToDrainIsAsked_thenItFollowsFromThat() {
        for (int i = 0; i <= 10; i++) {
            updateAfterASecond(10_000 - 100 * i);
        }

        assertThat(estimate.timeToDrain(1_000)).isEqualTo(Duration.ofSeconds(10));
        assertThat(estimate.timeToDrain(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(estimate.timeToDrain(1_000_000)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void givenAmountsAreAddedAsFastAsTheyDrain_whenTheTimeToDrainIsAsked_thenItFollowsFromTheDrain() {
        for (int i = 0; i <= 10; i++) {
            estimate.add(100);
            estimate.settle(100);
            updateAfterASecond(5_000);
        }

        assertThat(estimate.timeToDrain(500)).isBetween(Duration.ofMillis(4_500), Duration.ofMillis(5_500));
    }

    @Test
    void givenAnUnknownSpeedOrNoDrain_whenTheTimeToDrainIsAsked_thenItIsTheDefaultOrTheMaximum() {
        assertThat(estimate.timeToDrain(1)).isEqualTo(Duration.ofSeconds(5));

        updateAfterASecond(5);
        updateAfterASecond(5);
        updateAfterASecond(5);

        assertThat(estimate.timeToDrain(1)).isEqualTo(Duration.ofMinutes(1));
    }
}
