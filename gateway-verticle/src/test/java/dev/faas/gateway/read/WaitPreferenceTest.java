package dev.faas.gateway.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitPreferenceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wait=10|10",
                "respond-async, wait=5|5",
                "wait=5; foo=bar, respond-async|5",
                "Wait = \"7\"|7",
                "wait=0|0",
                "wait=3600|60"
            })
    void givenAPreference_whenParsed_thenItIsCapped(String header, int seconds) {
        assertThat(WaitPreference.parsePrefer(header)).isEqualTo(OptionalInt.of(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "respond-async",
                "wait",
                "wait=",
                "wait=x",
                "wait=-1",
                "await=5",
                "wait=99999999999",
                "wait=5x"
            })
    void givenAnotherPreference_whenParsed_thenItIsIgnored(String header) {
        assertThat(WaitPreference.parsePrefer(header)).isEmpty();
    }

    @Test
    void givenNoPreference_whenRead_thenThereIsNoWait() {
        assertThat(WaitPreference.NONE.limit()).isEqualTo(Duration.ZERO);
    }
}
