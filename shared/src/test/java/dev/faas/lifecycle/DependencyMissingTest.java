package dev.faas.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DependencyMissingTest {
    @Test
    void whenAnAttemptSucceedsAtLastThenItsValueIsReturned() throws Exception {
        var attempts = new AtomicInteger();

        var value = DependencyMissing.retryWithin(Duration.ofSeconds(10), "nats", "h:1", "FAAS_NATS_URL", () -> {
            if (attempts.incrementAndGet() < 3) {
                throw new ConnectException("refused");
            }
            return "up";
        });

        assertThat(value).isEqualTo("up");
        assertThat(attempts).hasValue(3);
    }

    @Test
    void whenNothingAnswersInTimeThenTheMessageSaysWhatWhereWhyAndWhatToDo() {
        assertThatThrownBy(() -> DependencyMissing.retryWithin(
                        Duration.ofSeconds(1), "postgres", "127.0.0.1:5432", "FAAS_PG_URL", () -> {
                            throw new java.io.IOException(new ConnectException("a long story"));
                        }))
                .isInstanceOf(DependencyMissing.class)
                .hasMessage("postgres at 127.0.0.1:5432 did not answer within 1 s: connection refused."
                        + " Start it, or set FAAS_PG_URL.");
    }

    @Test
    void whenAnAttemptKnowsThatWaitingIsOfNoUseThenThatEndsIt() {
        var attempts = new AtomicInteger();

        assertThatThrownBy(() -> DependencyMissing.retryWithin(Duration.ofMinutes(1), "nats", "h:1", "X", () -> {
                    attempts.incrementAndGet();
                    throw new DependencyMissing("wrong password");
                }))
                .hasMessage("wrong password");
        assertThat(attempts).hasValue(1);
    }
}
