package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.FunctionSpec.Retry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static Retry every(int seconds, int attempts) {
        return new Retry(attempts, seconds, List.of());
    }

    @Test
    void eachAttemptWaitsTwiceAsLongAsTheOneBeforeAndUpToHalfAsMuchAgain() {
        assertThat(Backoff.afterFailure(every(2, 5), 1, 0)).isEqualTo(Duration.ofSeconds(2));
        assertThat(Backoff.afterFailure(every(2, 5), 1, 1)).isEqualTo(Duration.ofSeconds(3));
        assertThat(Backoff.afterFailure(every(2, 5), 4, 0)).isEqualTo(Duration.ofSeconds(16));
        assertThat(Backoff.afterFailure(every(0, 5), 4, 1)).isZero();
    }

    @Test
    void neverMoreThanAnHour() {
        assertThat(Backoff.afterFailure(every(3600, 10), 1, 1)).isEqualTo(Duration.ofHours(1));
        assertThat(Backoff.afterFailure(every(3600, 10), 10, 1)).isEqualTo(Duration.ofHours(1));
        assertThat(Backoff.afterPlatformFault(1)).isEqualTo(Duration.ofMillis(250));
        assertThat(Backoff.afterPlatformFault(19)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theTotalIsOfTheWaitsBetweenAllAttempts() {
        assertThat(Backoff.totalWait(every(2, 1))).isZero();
        assertThat(Backoff.totalWait(every(2, 3))).isEqualTo(Duration.ofSeconds(3 + 6));
    }
}
