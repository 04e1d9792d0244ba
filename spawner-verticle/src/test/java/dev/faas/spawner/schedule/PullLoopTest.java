package dev.faas.spawner.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.nats.Delivery;
import dev.faas.spawner.schedule.CommandSource.Result;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The scheduler against a supply whose every answer the test gives. */
final class PullLoopTest {
    private static final QueueKey RICH_1 = new QueueKey("rich", "r1");
    private static final QueueKey RICH_2 = new QueueKey("rich", "r2");
    private static final QueueKey POOR = new QueueKey("poor", "p");
    private static final Result WORK_AND_MORE = new Result.Work(none(), true);
    private static final Result LAST_WORK = new Result.Work(none(), false);

    private final Supplies supply = new Supplies();
    private final BlockingQueue<Consumer<Optional<Duration>>> running = new LinkedBlockingQueue<>();
    private @Nullable PullLoop queues;

    private record Pull(QueueKey key, CompletableFuture<Result> answer) {}

    /** Never looked at: what is in a delivery is no business of the scheduler's. */
    private static @Nullable Delivery none() {
        return null;
    }

    private static final class Supplies implements CommandSource {
        private final BlockingQueue<Pull> pulls = new LinkedBlockingQueue<>();
        private final Queue<Pull> all = new ConcurrentLinkedQueue<>();
        private final BlockingQueue<QueueKey> made = new LinkedBlockingQueue<>();
        private final Map<QueueKey, Integer> limits = new ConcurrentHashMap<>();
        private volatile List<QueueStats> standings = List.of();
        private final CountDownLatch threw = new CountDownLatch(1);
        private volatile boolean broken;
        private volatile boolean answerAll;

        @Override
        public CompletableFuture<Result> pull(QueueKey key) {
            if (broken) {
                threw.countDown();
                throw new IllegalStateException("the test's own");
            }
            var pull = new Pull(key, new CompletableFuture<>());
            pulls.add(pull);
            all.add(pull);
            if (answerAll) {
                pull.answer().complete(new Result.Empty());
            }
            return pull.answer();
        }

        @Override
        public CompletableFuture<Void> createQueue(QueueKey key) {
            made.add(key);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<List<QueueStats>> allStats() {
            return CompletableFuture.completedFuture(standings);
        }

        @Override
        public int limit(QueueKey key) {
            return limits.getOrDefault(key, 100);
        }

        @Override
        public void close() {}

        Pull next() throws InterruptedException {
            var pull = pulls.poll(10, TimeUnit.SECONDS);
            assertThat(pull).as("a pull").isNotNull();
            return pull;
        }

        /** A scheduler that wanted to would have pulled by then. */
        void none() throws InterruptedException {
            assertThat(pulls.poll(100, TimeUnit.MILLISECONDS)).as("a pull").isNull();
        }
    }

    private PullLoop queues(int slots) {
        return queues(new Slots(slots, () -> slots));
    }

    private PullLoop queues(Slots slots) {
        var made = new PullLoop(late -> supply, slots, alone(slots), (delivery, ended) -> running.add(ended));
        queues = made;
        made.start();
        return made;
    }

    private static PullDelay alone(Slots slots) {
        return new PullDelay(slots, key -> false, () -> false);
    }

    private QueueScanner sweep(PullLoop scheduler, int slots) {
        return new QueueScanner(supply, scheduler, slots, Duration.ofMillis(250), Duration.ofSeconds(10));
    }

    private static CompletableFuture<Void> stopping(PullLoop scheduler) {
        var stopped = new CompletableFuture<Void>();
        Thread.ofVirtual().start(() -> {
            try {
                scheduler.stop();
                stopped.complete(null);
            } catch (InterruptedException e) {
                stopped.completeExceptionally(e);
            }
        });
        return stopped;
    }

    private void endOne() throws InterruptedException {
        running.poll(10, TimeUnit.SECONDS).accept(Optional.empty());
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (queues != null) {
            supply.answerAll = true;
            supply.all.forEach(pull -> pull.answer().complete(new Result.Empty()));
            queues.stop();
        }
    }

    @Test
    void givenOneSlot_whenTwoOwnersHaveWork_thenTheyTakeTurnsAndSoDoTheFunctionsOfOne() throws Exception {
        var scheduler = queues(1);
        scheduler.workMayExist(RICH_1);
        supply.next().answer().complete(WORK_AND_MORE); // takes the only slot while the others line up
        scheduler.workMayExist(RICH_2);
        scheduler.workMayExist(POOR);

        for (var expected : List.of(RICH_1, POOR, RICH_2, POOR, RICH_1, POOR, RICH_2)) {
            supply.none();
            endOne();
            var pull = supply.next();
            assertThat(pull.key()).isEqualTo(expected);
            pull.answer().complete(WORK_AND_MORE);
        }
    }

    @Test
    void givenOnePullUnderWay_whenMoreHintsCome_thenThereIsNoSecondOneOfTheSameFunction() throws Exception {
        var scheduler = queues(10);
        scheduler.workMayExist(POOR);
        var first = supply.next();
        scheduler.workMayExist(POOR);
        scheduler.workMayExist(POOR);
        supply.none();

        // A hint came during the pull, so nothing is not believed once.
        first.answer().complete(new Result.Empty());
        supply.next().answer().complete(new Result.Empty());
        supply.none();
    }

    @Test
    void givenEachPullReservesASlot_whenTwoAreUnderWay_thenAThirdWaits() throws Exception {
        var scheduler = queues(2);
        scheduler.workMayExist(RICH_1);
        scheduler.workMayExist(RICH_2);
        scheduler.workMayExist(POOR);
        var first = supply.next();
        var second = supply.next();
        supply.none();

        first.answer().complete(new Result.Empty());

        assertThat(List.of(first.key(), second.key(), supply.next().key()))
                .containsExactlyInAnyOrder(RICH_1, RICH_2, POOR);
    }

    @Test
    void givenAFunctionAtItsLimitHere_whenItHasMore_thenItIsAskedForAgainOnlyAfterOneEnds() throws Exception {
        supply.limits.put(POOR, 2);
        var scheduler = queues(10);
        scheduler.workMayExist(POOR);
        supply.next().answer().complete(WORK_AND_MORE);
        supply.next().answer().complete(WORK_AND_MORE);
        supply.none();
        scheduler.workMayExist(POOR);
        supply.none();

        endOne();

        assertThat(supply.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenAnOwnerWithAllThatOneMayHave_whenAllHisFunctionsHaveMore_thenOthersAreServedAndHeAfterOneEnds()
            throws Exception {
        var scheduler = queues(new Slots(10, () -> 2));
        scheduler.workMayExist(RICH_1);
        scheduler.workMayExist(RICH_2);
        supply.next().answer().complete(WORK_AND_MORE);
        supply.next().answer().complete(WORK_AND_MORE);
        supply.none();

        scheduler.workMayExist(POOR);
        assertThat(supply.next().key()).isEqualTo(POOR);
        supply.none();
        endOne();
        assertThat(supply.next().key().owner()).isEqualTo("rich");
        supply.none();
    }

    @Test
    void givenAnOwnerWhoWouldTakeAllSlots_whenAnotherComes_thenAPlaceWasKeptForHim() throws Exception {
        var scheduler = queues(8); // of which two are kept
        scheduler.workMayExist(RICH_1);
        scheduler.workMayExist(RICH_2);
        for (int i = 0; i < 6; i++) {
            supply.next().answer().complete(WORK_AND_MORE);
        }
        supply.none();

        scheduler.workMayExist(POOR);

        var pull = supply.next();
        assertThat(pull.key()).isEqualTo(POOR);
        pull.answer().complete(WORK_AND_MORE);
        supply.none();
    }

    @Test
    void givenAnOwnersPullThatFoundNothing_whenAnotherFunctionOfHisHasWork_thenItsPlaceIsFree() throws Exception {
        var scheduler = queues(new Slots(10, () -> 1));
        scheduler.workMayExist(RICH_1);
        var first = supply.next();
        scheduler.workMayExist(RICH_2);
        supply.none();

        first.answer().complete(new Result.Empty());

        assertThat(supply.next().key()).isEqualTo(RICH_2);
    }

    @Test
    void givenAPullThatFoundNothing_whenARunOfTheFunctionEnds_thenItIsAskedForAgain() throws Exception {
        var scheduler = queues(10);
        scheduler.workMayExist(POOR);
        supply.next().answer().complete(WORK_AND_MORE);
        supply.next().answer().complete(new Result.Empty()); // at its limit across all spawners
        supply.none();

        endOne();

        assertThat(supply.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenTheBrokerSaidThatNothingElseWaits_whenTheRunEnds_thenNobodyIsAskedInVain() throws Exception {
        var scheduler = queues(10);
        scheduler.workMayExist(POOR);
        supply.next().answer().complete(LAST_WORK);
        endOne();
        supply.none();

        scheduler.workMayExist(POOR);

        assertThat(supply.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenACommandThatWasHandedBack_whenItsDelayIsOver_thenItsQueueIsLookedAt() throws Exception {
        queues(1).workMayExist(POOR);
        supply.next().answer().complete(LAST_WORK);

        running.poll(10, TimeUnit.SECONDS).accept(Optional.of(Duration.ofMillis(200)));

        supply.none();
        assertThat(supply.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenAFunctionWithoutAQueue_whenAskedFor_thenItIsMadeAndAskedForAgain() throws Exception {
        queues(1).workMayExist(POOR);

        supply.next().answer().complete(new Result.NoQueue());

        assertThat(supply.made.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
        assertThat(supply.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenTheBusAway_whenAPullFails_thenTheFunctionIsNotForgotten() throws Exception {
        queues(1).workMayExist(POOR);

        supply.next().answer().completeExceptionally(new IllegalStateException("away"));

        assertThat(supply.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenASupplyThatThrows_whenAskedAgainLater_thenTheSchedulerIsStillThere() throws Exception {
        supply.broken = true;
        var scheduler = queues(1);
        scheduler.workMayExist(POOR);
        assertThat(supply.threw.await(10, TimeUnit.SECONDS)).isTrue();

        supply.broken = false;

        assertThat(supply.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenAnEngineThatIsAway_whenThereIsWork_thenNobodyAsksForItUntilItIsBack() throws Exception {
        var scheduler = queues(2);
        scheduler.setPaused(true);
        scheduler.workMayExist(POOR);
        supply.none();

        scheduler.setPaused(false);

        assertThat(supply.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenAConsumerThatIsGoneUnderARun_whenSwept_thenItIsMadeAgain() throws Exception {
        var scheduler = queues(2);
        scheduler.workMayExist(POOR);
        supply.next().answer().complete(LAST_WORK);
        var ended = running.poll(10, TimeUnit.SECONDS);
        supply.standings = List.of(new QueueStats(RICH_1, 0, 0, 10, true));

        sweep(scheduler, 2).scan();

        assertThat(supply.made.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
        ended.accept(Optional.empty());
    }

    @Test
    void givenLittleToLookAt_whenSwept_thenTheNextSweepIsSoonAndOtherwiseItIsCheap() {
        var sweep = sweep(queues(16), 16);

        assertThat(sweep.pauseAfter(Duration.ofMillis(3), 1)).isEqualTo(Duration.ofSeconds(2));
        assertThat(sweep.pauseAfter(Duration.ofMillis(140), 0)).isEqualTo(Duration.ofSeconds(7));
        assertThat(sweep.pauseAfter(Duration.ofMillis(3), 40)).isEqualTo(Duration.ofMillis(6250));
        assertThat(sweep.pauseAfter(Duration.ofSeconds(1), 1000)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void givenNoHint_whenASweepFindsWorkOrRunsThatAreNotOurs_thenThoseQueuesAreLookedAt() throws Exception {
        supply.standings = List.of(
                new QueueStats(RICH_1, 3, 0, 10, true),
                new QueueStats(RICH_2, 0, 0, 10, true),
                new QueueStats(POOR, 0, 1, 10, true));

        sweep(queues(5), 5).scan();

        assertThat(List.of(supply.next().key(), supply.next().key())).containsExactlyInAnyOrder(RICH_1, POOR);
        supply.none();
    }

    @Test
    void givenAStop_whenARunIsJustBeingStarted_thenItWaitsUntilThatOneCounts() throws Exception {
        var starting = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var slots = new Slots(1, () -> 1);
        var scheduler = new PullLoop(late -> supply, slots, alone(slots), (delivery, ended) -> {
            starting.countDown();
            try {
                assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            running.add(ended);
        });
        scheduler.start();
        scheduler.workMayExist(POOR);
        var pull = supply.next();
        Thread.ofVirtual().start(() -> pull.answer().complete(LAST_WORK));
        assertThat(starting.await(10, TimeUnit.SECONDS)).isTrue();

        var stopping = stopping(scheduler);
        assertThat(stopping).isNotDone();
        go.countDown();

        assertThat(stopping).succeedsWithin(Duration.ofSeconds(5));
        assertThat(running).hasSize(1);
    }

    @Test
    void givenAStop_whenAPullIsUnderWay_thenItWaitsForItsAnswer() throws Exception {
        var scheduler = queues(1);
        scheduler.workMayExist(POOR);
        var pull = supply.next();
        var stopping = stopping(scheduler);
        assertThat(stopping).isNotDone();

        pull.answer().complete(new Result.Empty());

        assertThat(stopping).succeedsWithin(Duration.ofSeconds(5));
        scheduler.workMayExist(POOR);
        supply.none();
    }
}
