package dev.faas.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutgoingMessagesTest {
    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer x, true",
        "X-Empty, '', true",
        "Host, inner.example, false",
        "content-length, 1, false",
        "Transfer-Encoding, chunked, false",
        "CONNECTION, close, false",
        "Upgrade, h2c, false",
        "Proxy-Authorization, x, false",
        "X A, x, false",
        "'', x, false",
        "X-Ümlaut, x, false",
        "X-A, ä, false",
        "X-A, 'a\r\nHost: b', false",
        "X-A, 'a\0', false",
        "X-A, ' a', false",
    })
    void givenAHeader_whenRequested_thenItMayNotChangeTheConnection(String name, String value, boolean valid) {
        assertThat(OutgoingRequest.headerProblem(name, value).isEmpty()).isEqualTo(valid);
    }

    @Test
    void givenAWrongHeader_whenRequested_thenItIsNotSent() {
        var url = OutgoingUrl.parse("https://hook.example");

        assertThatThrownBy(() -> new OutgoingRequest(
                        url, Map.of("Host", "other.example"), Buffer.buffer(), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header Host must not be given: the platform sets it");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "120, 120",
                "0, 0",
                "'Tue, 24 Nov 2026 00:01:00 GMT', 60",
                "'Mon, 23 Nov 2026 00:00:00 GMT', 0",
                "-2, -",
                "1.5, -",
                "soon, -",
                "99999999999999999999, -",
                "'', -",
            })
    void givenRetryAfter_whenRead_thenSecondsAndDatesCount(String header, Long seconds) {
        var response = new OutgoingResponse(503, Map.of("retry-after", header), "");

        assertThat(response.retryAfter(Instant.parse("2026-11-24T00:00:00Z")))
                .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
    }
}
