package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LeaseTest {
    private static final RunTiming QUICK =
            new RunTiming(Duration.ofMillis(50), Duration.ofMillis(500), Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private final LinkedBlockingQueue<Long> renewals = new LinkedBlockingQueue<>();
    private final CountDownLatch lost = new CountDownLatch(1);

    private Lease lease(CompletableFuture<Void> answer) {
        return Lease.start(
                "lease",
                () -> {
                    renewals.add(System.nanoTime());
                    return answer;
                },
                QUICK,
                () -> {},
                lost::countDown);
    }

    @Test
    void givenConfirmedRenewals_whenTimePasses_thenTheLeaseIsHeldAndRenewalsContinue() throws Exception {
        try (var lease = lease(CompletableFuture.completedFuture(null))) {
            for (int i = 0; i < 15; i++) {
                assertThat(renewals.poll(10, TimeUnit.SECONDS)).isNotNull();
            }
            assertThat(lease.isHeld()).isTrue();
            assertThat(lost.getCount()).isEqualTo(1);
        }
    }

    @Test
    void givenFailedRenewals_whenTheLeaseExpires_thenItIsLostAndNoRenewalFollows() throws Exception {
        long begin = System.nanoTime();
        try (var lease = lease(CompletableFuture.failedFuture(new IllegalStateException("away")))) {
            assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(QUICK.lease());
            assertThat(lease.isHeld()).isFalse();
            renewals.clear();
            assertThat(renewals.poll(200, TimeUnit.MILLISECONDS)).isNull();
        }
    }

    @Test
    void givenNoAnswer_whenTheLeaseExpires_thenItIsLost() throws Exception {
        try (var lease = lease(new CompletableFuture<>())) {
            assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(lease.isHeld()).isFalse();
        }
    }

    @Test
    void givenAClosedLease_whenTimePasses_thenNoRenewalFollowsAndItExpires() throws Exception {
        var lease = lease(CompletableFuture.completedFuture(null));
        assertThat(renewals.poll(10, TimeUnit.SECONDS)).isNotNull();

        lease.close();
        renewals.clear();

        assertThat(renewals.poll(600, TimeUnit.MILLISECONDS)).isNull();
        assertThat(lease.isHeld()).isFalse();
        assertThat(lost.getCount()).isEqualTo(1);
    }
}
