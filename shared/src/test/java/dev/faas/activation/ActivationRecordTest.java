package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.ActivationRecord.Attempt;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionPauses;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.FunctionSpec.Retry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationRecordTest {
    private static final Duration BACKOFF = Duration.ofSeconds(2);

    @Test
    void anAcceptedActivationIsQueuedWithoutAnAttempt() {
        var queued = Samples.queued();

        assertThat(queued.currentStatus()).isEqualTo(Status.QUEUED);
        assertThat(queued.attempt()).isZero();
        assertThat(queued.order()).isEqualTo(Samples.RUN_SPEC);
    }

    @Test
    void aClaimCountsAnAttemptAndDropsTheRunSpec() {
        var running = Samples.running();

        assertThat(running.attempt()).isEqualTo(1);
        assertThat(running.worker()).isEqualTo(Samples.WORKER);
        assertThat(new String(Codec.encode(running), StandardCharsets.UTF_8)).doesNotContain("argument");
    }

    @Test
    void aRunShowsWhatItWaitsForUntilItEnds() {
        var waiting = Samples.running().withWaitsFor("its image");

        assertThat(waiting.requestCancel(Reason.CANCELLED_BY_USER).waitsFor()).isEqualTo("its image");
        assertThat(waiting.requestCancel(Reason.CANCELLED_BY_USER).withWaitsFor(null))
                .isEqualTo(Samples.running().requestCancel(Reason.CANCELLED_BY_USER));
        assertThat(waiting.finish(Samples.succeeded(0), BACKOFF))
                .isEqualTo(Samples.running().finish(Samples.succeeded(0), BACKOFF));
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
    void aFaultOfThePlatformWaitsTheLongerTheMoreThereWere() {
        var now = Samples.NOW;
        var first = (ActivationRecord.Queued) Samples.running().handBack(Reason.START_FAILED, "no space", now);
        var second = (ActivationRecord.Queued)
                first.claim(Samples.WORKER, "run-2", now).handBack(Reason.START_FAILED, "no space", now);

        assertThat(first.remainingWait(now)).isEqualTo(Duration.ofMillis(250));
        assertThat(second.remainingWait(now)).isEqualTo(Duration.ofMillis(500));
        assertThat(second.remainingWait(now.plusMillis(500))).isZero();
    }

    @Test
    void aRunWhoseSpawnerStopsCountsNoFault() {
        ActivationRecord record = Samples.queued();
        for (int i = 0; i < 2 * ActivationRecord.MAX_PLATFORM_FAULTS; i++) {
            record = ((ActivationRecord.Queued) record)
                    .claim(Samples.WORKER, "run-" + i, Samples.NOW)
                    .release(true, Samples.NOW);
        }

        assertThat(record.currentStatus()).isEqualTo(Status.QUEUED);
        assertThat(record.attempt()).isZero();
        assertThat(record.platformFaults()).isZero();
        assertThat(((ActivationRecord.Queued) record).remainingWait(Samples.NOW))
                .isZero();
    }

    @Test
    void anAtMostOnceRunWhoseSpawnerStopsIsRepeatedOnlyIfItHasNotBegun() {
        var run = Samples.queued(Delivery.AT_MOST_ONCE, Retry.DEFAULT).claim(Samples.WORKER, "run-1", Samples.NOW);

        assertThat(run.release(false, Samples.NOW).currentStatus()).isEqualTo(Status.QUEUED);
        var begun = (ActivationRecord.Ended) run.release(true, Samples.NOW);
        assertThat(begun.report().reason()).isEqualTo(Reason.WORKER_LOST);
    }

    @Test
    void anAtMostOnceRunIsNeverRetried() {
        var run = Samples.queued(Delivery.AT_MOST_ONCE, Samples.retry(5)).claim(Samples.WORKER, "run-1", Samples.NOW);

        assertThat(run.finish(Samples.failed(Reason.EXIT_CODE), BACKOFF).currentStatus())
                .isEqualTo(Status.FAILED);
    }

    @Test
    void theTimeThatItRunsOrWaitsForARetryIsNotTimeInTheQueue() {
        var day = Duration.ofDays(1);
        var claimed = Samples.NOW.plus(day.minusSeconds(1));
        var queued = Samples.queued(Delivery.AT_LEAST_ONCE, Samples.retry(2));
        var run = queued.claim(Samples.WORKER, "run-1", claimed);
        var ended = claimed.plusSeconds(600);

        var lost = (ActivationRecord.Queued) run.loseSpawner(ended);
        var retried = (ActivationRecord.Queued) run.finish(failedAt(ended), BACKOFF);

        assertThat(queued.isExpired(Samples.NOW.plus(day), FunctionPauses.NONE)).isFalse();
        assertThat(queued.isExpired(Samples.NOW.plus(day).plusMillis(1), FunctionPauses.NONE))
                .isTrue();
        assertThat(lost.isExpired(ended.plusSeconds(1), FunctionPauses.NONE)).isFalse();
        assertThat(lost.isExpired(ended.plusMillis(1001), FunctionPauses.NONE)).isTrue();
        assertThat(retried.isExpired(ended.plus(BACKOFF).plusSeconds(1), FunctionPauses.NONE))
                .isFalse();
        assertThat(retried.isExpired(ended.plus(BACKOFF).plusMillis(1001), FunctionPauses.NONE))
                .isTrue();
    }

    @Test
    void aWaitBeyondEveryBackoffComesFromAClockThatJumpedAndIsOver() {
        var ahead = Samples.NOW.plus(Duration.ofHours(5));
        var back = (ActivationRecord.Queued) Samples.queued(Delivery.AT_LEAST_ONCE, Samples.retry(2))
                .claim(Samples.WORKER, "run-1", Samples.NOW)
                .finish(failedAt(ahead), BACKOFF);

        assertThat(back.remainingWait(ahead)).isEqualTo(BACKOFF);
        assertThat(back.remainingWait(Samples.NOW)).isZero();
    }

    @Test
    void aDelayedOneWaitsForItsTimeHoweverLong_andItsTimeInTheQueueBeginsThen() {
        var due = Samples.NOW.plus(Duration.ofDays(7));
        var delayed = Samples.delayed(Duration.ofDays(7));

        assertThat(delayed.isDelayed()).isTrue();
        assertThat(delayed.remainingWait(Samples.NOW)).isEqualTo(Duration.ofDays(7));
        assertThat(delayed.remainingWait(due)).isZero();
        var run = delayed.claim(Samples.WORKER, "run-1", due.plusMillis(3));
        assertThat(run.queuedSince()).isEqualTo(due);
        assertThat(((ActivationRecord.Queued) run.loseSpawner(due)).isDelayed()).isFalse();
    }

    private static Report failedAt(Instant at) {
        return Report.withoutOutcome(Status.FAILED, Reason.EXIT_CODE, "It did not work.", at);
    }

    @Test
    void aLostRunIsRepeatedUnlessItMayRunOnlyOnce() {
        var repeated = Samples.running().loseSpawner(Samples.NOW);
        var once = Samples.queued(Delivery.AT_MOST_ONCE, Retry.DEFAULT)
                .claim(Samples.WORKER, "run-1", Samples.NOW)
                .loseSpawner(Samples.NOW);

        assertThat(repeated.currentStatus()).isEqualTo(Status.QUEUED);
        assertThat(repeated.attempt()).isZero();
        assertThat(once.currentStatus()).isEqualTo(Status.FAILED);
        assertThat(((ActivationRecord.Ended) once).report().reason()).isEqualTo(Reason.WORKER_LOST);
    }

    @Test
    void aRunThatIsLostOnASpawnerThatIsAliveDoesNotSayThatTheSpawnerIsGone() {
        var run = Samples.queued(Delivery.AT_MOST_ONCE, Retry.DEFAULT).claim(Samples.WORKER, "run-1", Samples.NOW);

        var lost = (ActivationRecord.Ended) run.loseRun(Samples.NOW);

        assertThat(lost.report().reason()).isEqualTo(Reason.WORKER_LOST);
        assertThat(lost.report().exit().detail())
                .isEqualTo("The spawner " + Samples.WORKER.spawner() + " no longer runs it.");
    }

    @Test
    void aSandboxThatEndsInMidRunIsAFaultOfThePlatformOnceAndAFailedAttemptFromThenOn() {
        ActivationRecord record = Samples.queued(Delivery.AT_LEAST_ONCE, Samples.retry(3));
        var attempts = new ArrayList<Integer>();
        while (record instanceof ActivationRecord.Queued queued) {
            attempts.add(queued.attempt());
            record = queued.claim(Samples.WORKER, "run", Samples.NOW).loseSandbox("It ended.", Samples.NOW, BACKOFF);
        }

        assertThat(attempts).containsExactly(0, 0, 1, 2);
        assertThat(record.platformFaults()).isEqualTo(1);
        assertThat(record.attempt()).isEqualTo(3);
        assertThat(((ActivationRecord.Ended) record).report().reason()).isEqualTo(Reason.SIGNAL);
    }

    @Test
    void aSandboxThatEndsInMidRunEndsWhatMayRunOnceOrWasCancelled() {
        var once = Samples.queued(Delivery.AT_MOST_ONCE, Samples.retry(3)).claim(Samples.WORKER, "run", Samples.NOW);
        var again = ((ActivationRecord.Queued) Samples.running().loseSandbox("It ended.", Samples.NOW, BACKOFF))
                .claim(Samples.WORKER, "run", Samples.NOW);

        assertThat(((ActivationRecord.Ended) once.loseSandbox("It ended.", Samples.NOW, BACKOFF))
                        .report()
                        .reason())
                .isEqualTo(Reason.WORKER_LOST);
        assertThat(again.requestCancel(Reason.CANCELLED_BY_USER)
                        .loseSandbox("It ended.", Samples.NOW, BACKOFF)
                        .currentStatus())
                .isEqualTo(Status.CANCELLED);
    }

    static Stream<Arguments> earlierRuns() {
        var now = Samples.NOW.plusSeconds(1);
        var claimed = Samples.running();
        return Stream.of(
                Arguments.of("failed", Samples.retried(), attempt(Samples.NOW.plusMillis(7), Reason.EXIT_CODE, 3)),
                Arguments.of(
                        "handed back",
                        claimed.handBack(Reason.START_FAILED, "no space", now),
                        attempt(now, Reason.START_FAILED)),
                Arguments.of("lost", claimed.loseSpawner(now), attempt(now, Reason.WORKER_LOST)),
                Arguments.of("released", claimed.release(true, now), attempt(now, Reason.WORKER_LOST)),
                Arguments.of(
                        "without its sandbox",
                        claimed.loseSandbox("ended", now, BACKOFF),
                        attempt(now, Reason.WORKER_LOST)));
    }

    private static Attempt attempt(Instant finishedAt, Reason reason) {
        return new Attempt(1, "node-1", Samples.NOW.plusMillis(5), finishedAt, reason, null);
    }

    private static Attempt attempt(Instant startedAt, Reason reason, int exitCode) {
        return new Attempt(1, "node-1", startedAt, Samples.NOW.plusMillis(47), reason, exitCode);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("earlierRuns")
    void aRunThatIsFollowedByAnotherIsKept(String how, ActivationRecord queued, Attempt expected) {
        assertThat(queued.attempts()).containsExactly(expected);
        var again = ((ActivationRecord.Queued) queued).claim(Samples.WORKER, "run-2", Samples.NOW);
        assertThat(again.attempts()).containsExactly(expected);
        assertThat(again.requestCancel(Reason.CANCELLED_BY_USER)
                        .finish(Samples.succeeded(0), BACKOFF)
                        .attempts())
                .containsExactly(expected);
    }

    @Test
    void ofManyEarlierRunsTheNewestNineAreKept() {
        ActivationRecord record = Samples.queued();
        for (int i = 0; i < 12; i++) {
            record = ((ActivationRecord.Queued) record)
                    .claim(Samples.WORKER, "run-" + i, Samples.NOW)
                    .loseRun(Samples.NOW.plusMillis(i));
        }

        assertThat(record.attempts()).hasSize(ActivationRecord.MAX_ATTEMPTS);
        assertThat(record.attempts().getFirst().finishedAt()).isEqualTo(Samples.NOW.plusMillis(3));
        assertThat(record.attempts().getLast().finishedAt()).isEqualTo(Samples.NOW.plusMillis(11));
        assertThat(Codec.encode(record)).hasSizeLessThan(2500);
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
        assertThat(run.loseSpawner(Samples.NOW).currentStatus()).isEqualTo(Status.CANCELLED);
        assertThat(run.release(true, Samples.NOW).currentStatus()).isEqualTo(Status.CANCELLED);
        assertThat(run.handBack(Reason.START_FAILED, "no space", Samples.NOW).currentStatus())
                .isEqualTo(Status.CANCELLED);
    }

    @Test
    void aQueuedActivationCanBeCancelledOrExpire() {
        assertThat(Samples.queued()
                        .cancel(Reason.CANCELLED_BY_USER, Samples.NOW)
                        .currentStatus())
                .isEqualTo(Status.CANCELLED);
        assertThat(Samples.queued().expire(Samples.NOW).report().reason()).isEqualTo(Reason.QUEUE_TTL);
    }

    @Test
    void aReportThatContradictsItselfIsRefused() {
        assertThatThrownBy(() -> Report.withoutOutcome(Status.RUNNING, Reason.SIGNAL, "", Samples.NOW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Report.withoutOutcome(Status.SUCCEEDED, Reason.SIGNAL, "", Samples.NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
