package dev.faas.gateway.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SteadyRatesTest {
    /** Near its overflow, which the count must survive. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000);

    private final SteadyRates rates = new SteadyRates(nanos::get);

    private long passing(String owner, long perSecond) {
        long passed = 0;
        while (!rates.count(owner, perSecond).isRefused()) {
            passed++;
        }
        return passed;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 2_000})
    void givenALimit_whenARequestComesAfterTheOther_thenTwoSecondsWorthPass_andThenAsManyASecond(long perSecond) {
        assertThat(passing("ada", perSecond)).isEqualTo(2 * perSecond);
        assertThat(passing("bob", perSecond)).isEqualTo(2 * perSecond);

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(passing("ada", perSecond)).isEqualTo(perSecond);

        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        assertThat(passing("ada", perSecond)).isEqualTo(2 * perSecond);
    }

    @Test
    void givenALimit_whenRequestsCome_thenEachSaysWhatIsLeft() {
        assertThat(rates.count("ada", 2)).isEqualTo(new SteadyRates.Decision(4, 3, 1));
        assertThat(rates.count("ada", 2)).isEqualTo(new SteadyRates.Decision(4, 2, 1));
        assertThat(rates.count("ada", 2)).isEqualTo(new SteadyRates.Decision(4, 1, 2));
        assertThat(rates.count("ada", 2)).isEqualTo(new SteadyRates.Decision(4, 0, 2));
        assertThat(rates.count("ada", 2)).isEqualTo(new SteadyRates.Decision(4, -1, 1));
    }
}
