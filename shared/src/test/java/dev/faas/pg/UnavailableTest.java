package dev.faas.pg;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.VertxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UnavailableTest {
    /** As the client of 5.0 words them: it has no types for these. */
    @ParameterizedTest
    @ValueSource(strings = {"Timeout", "Connection is not active now, current status: CLOSED"})
    void givenAConnectionThatCouldNotBeHad_whenAsked_thenPostgresIsAway(String message) {
        assertThat(Unavailable.matches(new VertxException(message, true))).isTrue();
    }

    @Test
    void givenAnotherFailureOfTheClient_whenAsked_thenItIsOurMistake() {
        assertThat(Unavailable.matches(new VertxException("Parameter at position 0 is wrong", true)))
                .isFalse();
    }
}
