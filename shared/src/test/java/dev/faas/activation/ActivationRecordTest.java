package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.wire.Codec;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.FunctionSpec.Retry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ActivationRecordTest {
    private static final Duration BACKOFF = Duration.ofSeconds(2);

    @Test
    void acceptedItIsQueuedWithoutAnAttempt() {
        var queued = Samples.queued();

        assertThat(queued.currentStatus()).isEqualTo(Status.QUEUED);
        assertThat(queued.attempt()).isZero();
        assertThat(queued.order()).isEqualTo(Samples.ORDER);
    }

    @Test
    void aClaimCountsAnAttemptAndDropsTheOrder() {
        var running = Samples.running();

        assertThat(running.attempt()).isEqualTo(1);
        assertThat(running.worker()).isEqualTo(Samples.WORKER);
        assertThat(new String(Codec.encode(running), StandardCharsets.UTF_8)).doesNotContain("argument");
    }

    @Test
    void aRunHandedBackSpendsNoAttempt() {
        var back = (ActivationRecord.Queued) Samples.running().handBack(Reason.START_FAILED, "no space", Samples.NOW);

        assertThat(back.attempt()).isZero();
        assertThat(back.platformFaults()).isEqualTo(1);
        assertThat(back.claim(Samples.WORKER, "run-2", Samples.NOW).attempt()).isEqualTo(1);
    }

    @Test
    void faultsOfThePlatformAreBounded() {
        ActivationRecord record = Samples.queued();
        int runs = 0;
        while (record instanceof ActivationRecord.Queued queued) {
            record = queued.claim(Samples.WORKER, "run-" + runs++, Samples.NOW)
                    .handBack(Reason.START_FAILED, "no space", Samples.NOW);
        }
        assertThat(runs).isEqualTo(ActivationRecord.MAX_PLATFORM_FAULTS);
        assertThat(record.currentStatus()).isEqualTo(Status.FAILED);
        assertThat(((ActivationRecord.Ended) record).report().reason()).isEqualTo(Reason.START_FAILED);
    }

    @Test
    void aLostRunIsRepeatedUnlessItMayRunOnlyOnce() {
        var repeated = Samples.running().lose(Samples.NOW);
        var once = Samples.queued(Delivery.AT_MOST_ONCE, Retry.DEFAULT)
                .claim(Samples.WORKER, "run-1", Samples.NOW)
                .lose(Samples.NOW);

        assertThat(repeated.currentStatus()).isEqualTo(Status.QUEUED);
        assertThat(repeated.attempt()).isZero();
        assertThat(once.currentStatus()).isEqualTo(Status.FAILED);
        assertThat(((ActivationRecord.Ended) once).report().reason()).isEqualTo(Reason.WORKER_LOST);
    }

    @Test
    void aFailureIsRetriedOnlyForTheCausesOfThePolicyAndSoOftenAsItSays() {
        var first =
                Samples.queued(Delivery.AT_LEAST_ONCE, Samples.retry(2)).claim(Samples.WORKER, "run-1", Samples.NOW);
        var failure = Samples.failed(Reason.EXIT_CODE);

        var again = (ActivationRecord.Queued) first.finish(failure, BACKOFF);
        var timedOut = first.finish(Samples.failed(Reason.TIMED_OUT), BACKOFF);
        var last = again.claim(Samples.WORKER, "run-2", Samples.NOW).finish(failure, BACKOFF);

        assertThat(again.nextAttemptAt()).isEqualTo(failure.finishedAt().plus(BACKOFF));
        assertThat(again.attempt()).isEqualTo(1);
        assertThat(timedOut.currentStatus()).isEqualTo(Status.TIMED_OUT);
        assertThat(last.currentStatus()).isEqualTo(Status.FAILED);
        assertThat(last.attempt()).isEqualTo(2);
    }

    @Test
    void aCancelledRunIsNeverRetried() {
        var run = Samples.queued(Delivery.AT_LEAST_ONCE, Samples.retry(5))
                .claim(Samples.WORKER, "run-1", Samples.NOW)
                .requestCancel(Reason.CANCELLED_BY_USER);

        assertThat(run.finish(Samples.failed(Reason.EXIT_CODE), BACKOFF).currentStatus())
                .isEqualTo(Status.FAILED);
        assertThat(run.lose(Samples.NOW).currentStatus()).isEqualTo(Status.CANCELLED);
    }

    @Test
    void queuedItCanBeCancelledOrExpire() {
        assertThat(Samples.queued()
                        .cancel(Reason.CANCELLED_BY_USER, Samples.NOW)
                        .currentStatus())
                .isEqualTo(Status.CANCELLED);
        assertThat(Samples.queued().expire(Samples.NOW).report().reason()).isEqualTo(Reason.QUEUE_TTL);
    }

    @Test
    void aReportThatContradictsItselfIsRefused() {
        assertThatThrownBy(() -> Report.neverStarted(Status.RUNNING, Reason.SIGNAL, "", Samples.NOW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Report.neverStarted(Status.SUCCEEDED, Reason.SIGNAL, "", Samples.NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
