package dev.faas.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class UninterruptedTest {
    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    @Test
    void givenAnInterruptedThread_whenItWaits_thenItWaitsToTheEndAndIsInterruptedAfterwards() throws Exception {
        var latch = new CountDownLatch(1);
        Thread.ofVirtual().start(latch::countDown);
        Thread.currentThread().interrupt();

        Uninterrupted.run(() -> assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue());

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void givenAnInterruptedThread_whenTheTaskFails_thenItIsInterruptedAllTheSame() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> Uninterrupted.run(() -> {
                    throw new IOException("no");
                }))
                .hasMessage("no");

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void givenAThreadThatIsNotInterrupted_whenItIsDone_thenItIsNotEither() {
        Uninterrupted.run(() -> {});

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
