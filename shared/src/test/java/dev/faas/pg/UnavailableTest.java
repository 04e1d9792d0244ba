package dev.faas.pg;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.VertxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UnavailableTest {
    /** Messages of the client of Vert.x 5.0, which has no types for these failures. */
    @ParameterizedTest
    @ValueSource(strings = {"Timeout", "Connection is not active now, current status: CLOSED"})
    void givenNoFreeConnection_whenChecked_thenPostgresIsUnavailable(String message) {
        assertThat(Unavailable.matches(new VertxException(message, true))).isTrue();
    }

    @Test
    void givenAnotherFailureOfTheClient_whenChecked_thenPostgresIsAvailable() {
        assertThat(Unavailable.matches(new VertxException("Parameter at position 0 is wrong", true)))
                .isFalse();
    }
}
