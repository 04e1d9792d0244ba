package dev.faas.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RepeatingTaskTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final Semaphore done = new Semaphore(0);

    private boolean done(int times) throws InterruptedException {
        return done.tryAcquire(times, 10, TimeUnit.SECONDS);
    }

    @Test
    void aJobRunsNowAndAgainAfterItsPause() throws Exception {
        var often = RepeatingTask.start("often", SHORT, done::release);
        assertThat(done(3)).isTrue();
        often.stop();
        done.drainPermits();

        var once = RepeatingTask.start("once", FOR_EVER, done::release);
        assertThat(done(1)).isTrue();
        once.stop();
        assertThat(done.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void aJobThatHasRunBeginsWithAPause() throws Exception {
        var soon = RepeatingTask.startAfterPause("soon", SHORT, done::release);
        assertThat(done(2)).isTrue();
        soon.stop();
        done.drainPermits();

        var late = RepeatingTask.startAfterPause("late", FOR_EVER, done::release);
        assertThat(done.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
        late.stop();
        assertThat(done.availablePermits()).isZero();
    }

    @Test
    void aFailedRunIsFollowedByTheNext() throws Exception {
        var times = new AtomicInteger();
        var job = RepeatingTask.start("fails", SHORT, () -> {
            done.release();
            if (times.incrementAndGet() < 3) {
                throw new IllegalStateException("on purpose");
            }
        });
        assertThat(done(5)).isTrue();
        job.stop();
    }

    @Test
    void aPacedJobSaysHowLongItPauses() throws Exception {
        var pauses = new AtomicInteger();
        var job = RepeatingTask.startPaced("paced", FOR_EVER, () -> {
            done.release();
            return pauses.incrementAndGet() < 3 ? SHORT : FOR_EVER;
        });
        assertThat(done(3)).isTrue();
        assertThat(done.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
        job.stop();
    }

    @Test
    void aJobWhosePauseGrowsIsRepeatedLessAndLessOften_untilItSucceeds() throws Exception {
        var failing = new AtomicBoolean(true);
        long began = System.nanoTime();
        var job = RepeatingTask.startPaced("grows", Duration.ofMillis(1), FOR_EVER, () -> {
            done.release();
            if (failing.get()) {
                throw new IllegalStateException("on purpose");
            }
            return SHORT;
        });
        assertThat(done(8)).isTrue();
        long least = 0;
        for (int pause = 1; pause <= 64; pause *= 2) {
            least += pause / 2;
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(least));
        failing.set(false);
        done.drainPermits();
        assertThat(done(20)).isTrue();
        job.stop();
    }

    @Test
    void aStopWaitsForTheCurrentRun() throws Exception {
        var began = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var job = RepeatingTask.start("slow", FOR_EVER, () -> {
            began.countDown();
            mayEnd.await();
            done.release();
        });
        began.await();
        var stopping = Thread.ofVirtual().start(() -> stop(job));
        mayEnd.countDown();
        stopping.join();
        assertThat(done.availablePermits()).isEqualTo(1);
    }

    private static void stop(RepeatingTask job) {
        try {
            job.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRunThatDoesNotEndIsInterrupted() throws Exception {
        var began = new CountDownLatch(1);
        var job = RepeatingTask.start("stuck", FOR_EVER, () -> {
            began.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                done.release();
            }
        });
        began.await();
        job.stop();
        assertThat(done.availablePermits()).isEqualTo(1);
    }
}
