package dev.faas.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CountEstimateTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final AtomicLong clock = new AtomicLong(1);
    private final CountEstimate estimate = new CountEstimate(clock::get);

    private void answeredAfterASecond(long figure) {
        clock.addAndGet(SECOND);
        estimate.answered(estimate.asking(), figure);
    }

    @Test
    void givenAddedOnes_whenTheBusIsAsked_thenThoseThatItCannotHaveCountedAreCountedOnTop() {
        estimate.add(1);
        estimate.settle(1);
        estimate.add(1);
        long asking = estimate.asking();
        estimate.add(1);

        // It has the one that had arrived; the second was on its way, the third came after the question.
        estimate.answered(asking, 1);

        assertThat(estimate.now()).isEqualTo(3);
    }

    @Test
    void givenAllHaveArrived_whenTheBusIsAsked_thenItsFigureStands() {
        estimate.add(7);
        estimate.settle(7);

        answeredAfterASecond(4);

        assertThat(estimate.now()).isEqualTo(4);
    }

    @Test
    void givenItGoesDownByAHundredASecond_whenAskedWhenSoMuchLessIsThere_thenThatIsTheAnswer() {
        for (int i = 0; i <= 10; i++) {
            answeredAfterASecond(10_000 - 100 * i);
        }

        assertThat(estimate.until(1_000)).isEqualTo(Duration.ofSeconds(10));
        assertThat(estimate.until(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(estimate.until(1_000_000)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void givenWhatIsAddedGoesDownAsFast_whenAskedWhen_thenTheSpeedIsThatAtWhichItGoes() {
        for (int i = 0; i <= 10; i++) {
            estimate.add(100);
            estimate.settle(100);
            answeredAfterASecond(5_000);
        }

        assertThat(estimate.until(500)).isBetween(Duration.ofMillis(4_500), Duration.ofMillis(5_500));
    }

    @Test
    void givenNothingIsKnownOrNothingGoes_whenAskedWhen_thenAGuessOrTheLongestIsTheAnswer() {
        assertThat(estimate.until(1)).isEqualTo(Duration.ofSeconds(5));

        answeredAfterASecond(5);
        answeredAfterASecond(5);
        answeredAfterASecond(5);

        assertThat(estimate.until(1)).isEqualTo(Duration.ofMinutes(1));
    }
}
