package dev.faas.system.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class GrowthTest {
    private static final int SAMPLES = 120;
    private static final double ALLOWANCE = 4;
    private final Random noise = new Random(7);

    private Growth.Verdict judged(double allowance, IntToDoubleFunction value) {
        var series = new Series("heap", "gateway", allowance);
        for (int i = 0; i < SAMPLES; i++) {
            series.add(Duration.ofSeconds(10L * i), value.applyAsDouble(i));
        }
        return Growth.of(series);
    }

    @Test
    void givenNoiseAroundALevelThenItDoesNotGrow() {
        assertThat(judged(ALLOWANCE, i -> 30 + noise.nextGaussian() * 5).isGrowing())
                .isFalse();
    }

    @Test
    void givenASteadyRiseThenItGrowsAndTheRiseIsKnown() {
        var verdict = judged(ALLOWANCE, i -> 30 + i * 0.1 + noise.nextGaussian());

        assertThat(verdict.isGrowing()).isTrue();
        assertThat(verdict.rise()).isBetween(7.0, 9.0);
    }

    @Test
    void givenARiseInTheWarmUpAloneThenItDoesNotGrow() {
        assertThat(judged(ALLOWANCE, i -> Math.min(i, SAMPLES / 3)).isGrowing()).isFalse();
    }

    @Test
    void givenAFewHighSamplesAtTheEndThenItDoesNotGrow() {
        assertThat(judged(ALLOWANCE, i -> i > SAMPLES - 8 ? 300 : 30).isGrowing())
                .isFalse();
    }

    @Test
    void givenARiseWithinATenthOfTheLevelThenItDoesNotGrow() {
        assertThat(judged(ALLOWANCE, i -> 1_000 + i * 0.5).isGrowing()).isFalse();
    }

    @Test
    void givenAFigureThatIsNotJudgedThenItDoesNotGrow() {
        assertThat(judged(-1, i -> i).isGrowing()).isFalse();
    }
}
