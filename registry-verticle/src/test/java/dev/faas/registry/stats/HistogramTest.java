package dev.faas.registry.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
    private static final int ERROR_PERCENT = 19;

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.95, 0.99})
    void aQuantileIsOffByAFifthAtMost(double share) {
        var random = new Random(4);
        var millis = LongStream.generate(() -> (long) Math.pow(2, 4 + 20 * random.nextDouble()))
                .limit(10_000)
                .sorted()
                .toArray();
        var histogram = new Histogram();
        LongStream.of(millis).forEach(histogram::add);

        long exact = millis[(int) Math.ceil(share * millis.length) - 1];
        assertThat(histogram.quantile(share)).isCloseTo(exact, withinPercentage(ERROR_PERCENT));
    }

    @Test
    void theShortestAndTheLongestHaveAPlace() {
        var histogram = new Histogram();
        assertThat(histogram.quantile(0.5)).isNull();
        histogram.add(0);
        assertThat(histogram.quantile(0.5)).isEqualTo(1);
        histogram.add(Long.MAX_VALUE);
        assertThat(histogram.counts()).hasSize(54);
    }

    @Test
    void sumsHaveTheCountsOfBoth() {
        var one = new Histogram();
        one.add(5);
        var other = new Histogram();
        other.add(5);
        other.add(1_000);
        one.addAll(Histogram.of(other.counts()));
        assertThat(one.counts()).hasSameSizeAs(other.counts());
        assertThat(one.counts()[5]).isEqualTo(2);
    }
}
