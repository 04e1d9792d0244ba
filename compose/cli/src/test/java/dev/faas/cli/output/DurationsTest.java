package dev.faas.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "-1, over",
        "0, over",
        "1, in 1s",
        "60, in 1m",
        "3599, in 59m",
        "3600, in 1h",
        "172799, in 47h",
        "172800, in 2d",
        "7776000, in 90d"
    })
    void aTimeToComeIsShownInItsLargestUnit(long seconds, String text) {
        var now = Instant.parse("2026-11-24T00:00:00Z");

        assertThat(Durations.until(now.plusSeconds(seconds), now)).isEqualTo(text);
    }
}
