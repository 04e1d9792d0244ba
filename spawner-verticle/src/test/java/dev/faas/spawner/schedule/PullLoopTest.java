package dev.faas.spawner.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.queue.QueueTable.Table;
import dev.faas.nats.Delivery;
import dev.faas.nats.Nats;
import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.schedule.CommandSource.Result;
import dev.faas.wire.Capacity;
import dev.faas.wire.Subjects.QueueKey;
import java.time.Duration;
import java.util.HashSet;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the pull loop with a source whose every answer the test gives. */
final class PullLoopTest {
    private static final QueueKey RICH_1 = new QueueKey("rich", "r1");
    private static final QueueKey RICH_2 = new QueueKey("rich", "r2");
    private static final QueueKey POOR = new QueueKey("poor", "p");
    private static final Result WORK_AND_MORE = new Result.Work(none(), true);
    private static final Peers.Offer OFFER = new Peers.Offer("other", List.of());
    private static final Result LAST_WORK = new Result.Work(none(), false);

    private final FakePeers peers = new FakePeers();
    private final FakeSource source = new FakeSource();
    private volatile Capacity total = new Capacity(1 << 20, 1 << 20);
    private final Budget budget = new Budget(() -> total);
    private final BlockingQueue<Consumer<Optional<Duration>>> running = new LinkedBlockingQueue<>();
    private @Nullable PullLoop pullLoop;

    private record Pull(QueueKey key, CompletableFuture<Result> answer) {}

    /** The pull loop never reads the delivery. */
    private static @Nullable Delivery none() {
        return null;
    }

    private static final class FakeSource implements CommandSource {
        private final BlockingQueue<Pull> pulls = new LinkedBlockingQueue<>();
        private final Queue<Pull> all = new ConcurrentLinkedQueue<>();
        private final BlockingQueue<QueueKey> created = new LinkedBlockingQueue<>();
        private final Map<QueueKey, Integer> limits = new ConcurrentHashMap<>();
        private final Map<QueueKey, Capacity> needs = new ConcurrentHashMap<>();
        private final CountDownLatch threw = new CountDownLatch(1);
        private volatile boolean broken;
        private volatile boolean answerAll;

        @Override
        public CompletableFuture<Result> pull(QueueKey key) {
            if (broken) {
                threw.countDown();
                throw new IllegalStateException("injected by the test");
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
            created.add(key);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public int limit(QueueKey key) {
            return limits.getOrDefault(key, 100);
        }

        @Override
        public Capacity need(QueueKey key) {
            return needs.getOrDefault(key, new Capacity(128, 128));
        }

        @Override
        public void close() {}

        Pull next() throws InterruptedException {
            var pull = pulls.poll(10, TimeUnit.SECONDS);
            assertThat(pull).as("a pull").isNotNull();
            return pull;
        }

        /** Long enough for a pull to happen. */
        void none() throws InterruptedException {
            assertThat(pulls.poll(100, TimeUnit.MILLISECONDS)).as("a pull").isNull();
        }
    }

    /** Records what is sent to the other spawners. */
    private static final class FakePeers implements Peers {
        private final BlockingQueue<QueueKey> offers = new LinkedBlockingQueue<>();
        private final BlockingQueue<QueueKey> passedOn = new LinkedBlockingQueue<>();
        private final BlockingQueue<QueueKey> taken = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
        private final BlockingQueue<QueueKey> limitReports = new LinkedBlockingQueue<>();

        @Override
        public void offer(QueueKey key) {
            offers.add(key);
        }

        @Override
        public void offerTo(String spawner, QueueKey key) {
            assertThat(spawner).isEqualTo("other");
            offers.add(key);
        }

        @Override
        public void passOn(QueueKey key, Offer offer) {
            passedOn.add(key);
        }

        @Override
        public void take(QueueKey key, Offer offer) {
            taken.add(key);
        }

        @Override
        public void requestOffers(String spawner) {
            requests.add(spawner);
        }

        @Override
        public void requestOffers() {
            requests.add("all");
        }

        @Override
        public void reportLimit(QueueKey key) {
            limitReports.add(key);
        }

        @Override
        public Nats.Subscription listen(Listener listener) {
            return () -> {};
        }
    }

    private PullLoop pullLoop(int slots) {
        return pullLoop(new Slots(slots, owner -> slots));
    }

    private PullLoop pullLoop(Slots slots) {
        var created =
                new PullLoop(late -> source, slots, budget, peers, (delivery, mayUse, ended) -> running.add(ended));
        pullLoop = created;
        created.start();
        return created;
    }

    private QueueScanner scanner(PullLoop pullLoop, int slots) {
        return new QueueScanner(source, pullLoop, slots, "self", () -> List.of("self"));
    }

    private static Table table(QueueStats... queues) {
        return new Table("table", List.of(queues));
    }

    private static CompletableFuture<Void> stopping(PullLoop pullLoop) {
        var stopped = new CompletableFuture<Void>();
        Thread.ofVirtual().start(() -> {
            try {
                pullLoop.stop();
                stopped.complete(null);
            } catch (InterruptedException e) {
                stopped.completeExceptionally(e);
            }
        });
        return stopped;
    }

    /** Returns when the run has begun. */
    private void complete(Pull pull, Result work) throws InterruptedException {
        pull.answer().complete(work);
        var ended = running.poll(10, TimeUnit.SECONDS);
        assertThat(ended).as("a run").isNotNull();
        running.add(ended);
    }

    private void endOne() throws InterruptedException {
        running.poll(10, TimeUnit.SECONDS).accept(Optional.empty());
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (pullLoop != null) {
            source.answerAll = true;
            source.all.forEach(pull -> pull.answer().complete(new Result.Empty()));
            pullLoop.stop();
        }
    }

    @Test
    void givenOneSlot_whenTwoOwnersHaveWork_thenTheyTakeTurnsAndSoDoTheFunctionsOfOne() throws Exception {
        var pullLoop = pullLoop(1);
        pullLoop.workMayExist(RICH_1);
        source.next().answer().complete(WORK_AND_MORE); // takes the only slot while the others queue up
        pullLoop.workMayExist(RICH_2);
        pullLoop.workMayExist(POOR);

        for (var expected : List.of(RICH_1, POOR, RICH_2, POOR, RICH_1, POOR, RICH_2)) {
            source.none();
            endOne();
            var pull = source.next();
            assertThat(pull.key()).isEqualTo(expected);
            pull.answer().complete(WORK_AND_MORE);
        }
    }

    @Test
    void givenOnePullUnderWay_whenMoreNotificationsArrive_thenThereIsNoSecondPullOfTheFunction() throws Exception {
        var pullLoop = pullLoop(10);
        pullLoop.workMayExist(POOR);
        var first = source.next();
        pullLoop.workMayExist(POOR);
        pullLoop.workMayExist(POOR);
        source.none();

        // A notification arrived during the pull, so an empty result is not trusted once.
        first.answer().complete(new Result.Empty());
        source.next().answer().complete(new Result.Empty());
        source.none();
    }

    @Test
    void givenEachPullReservesASlot_whenTwoAreUnderWay_thenAThirdWaits() throws Exception {
        var pullLoop = pullLoop(2);
        pullLoop.workMayExist(RICH_1);
        pullLoop.workMayExist(RICH_2);
        pullLoop.workMayExist(POOR);
        var first = source.next();
        var second = source.next();
        source.none();

        first.answer().complete(new Result.Empty());

        assertThat(List.of(first.key(), second.key(), source.next().key()))
                .containsExactlyInAnyOrder(RICH_1, RICH_2, POOR);
    }

    @Test
    void givenAFunctionAtItsLimitHere_whenItHasMore_thenItIsPulledAgainOnlyAfterOneEnds() throws Exception {
        source.limits.put(POOR, 2);
        var pullLoop = pullLoop(10);
        pullLoop.workMayExist(POOR);
        source.next().answer().complete(WORK_AND_MORE);
        source.next().answer().complete(WORK_AND_MORE);
        source.none();
        pullLoop.workMayExist(POOR);
        source.none();

        endOne();

        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenAnOwnerAtTheirLimit_whenTheirFunctionsHaveMore_thenOthersAreServedFirst() throws Exception {
        var pullLoop = pullLoop(new Slots(10, owner -> 2));
        pullLoop.workMayExist(RICH_1);
        pullLoop.workMayExist(RICH_2);
        source.next().answer().complete(WORK_AND_MORE);
        source.next().answer().complete(WORK_AND_MORE);
        source.none();

        pullLoop.workMayExist(POOR);
        assertThat(source.next().key()).isEqualTo(POOR);
        source.none();
        endOne();
        assertThat(source.next().key().owner()).isEqualTo("rich");
        source.none();
    }

    @Test
    void givenAnOwnerWithWorkForAllSlots_whenAnotherComes_thenASlotWasReserved() throws Exception {
        var pullLoop = pullLoop(8); // of which two are reserved
        pullLoop.workMayExist(RICH_1);
        pullLoop.workMayExist(RICH_2);
        for (int i = 0; i < 6; i++) {
            source.next().answer().complete(WORK_AND_MORE);
        }
        source.none();

        pullLoop.workMayExist(POOR);

        var pull = source.next();
        assertThat(pull.key()).isEqualTo(POOR);
        pull.answer().complete(WORK_AND_MORE);
        source.none();
    }

    @Test
    void givenAnOwnersPullThatFoundNothing_whenAnotherFunctionOfTheirsHasWork_thenItsSlotIsFree() throws Exception {
        var pullLoop = pullLoop(new Slots(10, owner -> 1));
        pullLoop.workMayExist(RICH_1);
        var first = source.next();
        pullLoop.workMayExist(RICH_2);
        source.none();

        first.answer().complete(new Result.Empty());

        assertThat(source.next().key()).isEqualTo(RICH_2);
    }

    @Test
    void givenAPullThatFoundNothing_whenARunOfTheFunctionEnds_thenItIsPulledAgain() throws Exception {
        var pullLoop = pullLoop(10);
        pullLoop.workMayExist(POOR);
        source.next().answer().complete(WORK_AND_MORE);
        source.next().answer().complete(new Result.Empty()); // at its limit across all spawners
        source.none();

        endOne();

        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenTheBrokerSaidThatNothingElseWaits_whenTheRunEnds_thenNothingIsPulledInVain() throws Exception {
        var pullLoop = pullLoop(10);
        pullLoop.workMayExist(POOR);
        source.next().answer().complete(LAST_WORK);
        endOne();
        source.none();

        pullLoop.workMayExist(POOR);

        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenACommandThatWasHandedBack_whenItsDelayIsOver_thenItsQueueIsPulled() throws Exception {
        pullLoop(1).workMayExist(POOR);
        source.next().answer().complete(LAST_WORK);

        running.poll(10, TimeUnit.SECONDS).accept(Optional.of(Duration.ofMillis(200)));

        source.none();
        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenAFunctionWithoutAQueue_whenPulled_thenItIsCreatedAndPulledAgain() throws Exception {
        pullLoop(1).workMayExist(POOR);

        source.next().answer().complete(new Result.NoQueue());

        assertThat(source.created.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenTheBusAway_whenAPullFails_thenTheFunctionIsNotForgotten() throws Exception {
        pullLoop(1).workMayExist(POOR);

        source.next().answer().completeExceptionally(new IllegalStateException("away"));

        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenASourceThatThrows_whenItWorksAgain_thenPullingContinues() throws Exception {
        source.broken = true;
        var pullLoop = pullLoop(1);
        pullLoop.workMayExist(POOR);
        assertThat(source.threw.await(10, TimeUnit.SECONDS)).isTrue();

        source.broken = false;

        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenAnEngineThatIsAway_whenThereIsWork_thenNothingIsPulledUntilItIsBack() throws Exception {
        var pullLoop = pullLoop(2);
        pullLoop.setPaused(true);
        pullLoop.workMayExist(POOR);
        source.none();

        pullLoop.setPaused(false);

        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenADeletedConsumerOfARun_whenScanned_thenItIsRecreated() throws Exception {
        var pullLoop = pullLoop(2);
        pullLoop.workMayExist(POOR);
        source.next().answer().complete(LAST_WORK);
        var ended = running.poll(10, TimeUnit.SECONDS);

        scanner(pullLoop, 2).scan(table(new QueueStats(RICH_1, 0, 0, 10, true, 0)));

        assertThat(source.created.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
        ended.accept(Optional.empty());
    }

    @Test
    void givenNoNotification_whenAScanFindsWorkOrRunsOfOthers_thenThoseQueuesArePulled() throws Exception {
        scanner(pullLoop(5), 5)
                .scan(table(
                        new QueueStats(RICH_1, 3, 0, 10, true, 0),
                        new QueueStats(RICH_2, 0, 0, 10, true, 0),
                        new QueueStats(POOR, 0, 1, 10, true, 0)));

        assertThat(List.of(source.next().key(), source.next().key())).containsExactlyInAnyOrder(RICH_1, POOR);
        source.none();
    }

    @Test
    void givenSeveralSpawners_whenATableIsScanned_thenEachQueueIsLookedIntoByOneOfThem() throws Exception {
        var queues = IntStream.range(0, 30)
                .mapToObj(i -> new QueueStats(new QueueKey("rich", "function-" + i), 1, 0, 10, true, 0))
                .toArray(QueueStats[]::new);
        var pullLoop = pullLoop(100);

        for (var self : List.of("a", "b", "c")) {
            new QueueScanner(source, pullLoop, 100, self, () -> List.of("b", "c", "a")).scan(table(queues));
        }

        var pulled = new HashSet<QueueKey>();
        for (int i = 0; i < queues.length; i++) {
            assertThat(pulled.add(source.next().key())).isTrue();
        }
        source.none();
    }

    @Test
    void givenManyFunctionsThatRunElsewhere_whenScanned_thenTheSlotsAreSpentOnAFewVainPullsOnly() throws Exception {
        var pullLoop = pullLoop(2);
        source.answerAll = true;

        scanner(pullLoop, 2)
                .scan(table(IntStream.range(0, 1_000)
                        .mapToObj(i -> new QueueStats(new QueueKey("rich", "function-" + i), 0, 1, 10, true, 0))
                        .toArray(QueueStats[]::new)));

        for (int i = 0; i < 64; i++) {
            source.next();
        }
        source.none();
    }

    @Test
    void givenNoFreeSlot_whenNotified_thenTheWorkIsOfferedAndStillPulledHereLater() throws Exception {
        var pullLoop = pullLoop(1);
        pullLoop.workArrived(RICH_1);
        source.next().answer().complete(LAST_WORK);
        assertThat(peers.offers).isEmpty();

        pullLoop.workArrived(POOR);
        assertThat(peers.offers.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
        pullLoop.workArrived(POOR); // soon after the first one: it is offered all the same

        assertThat(peers.offers.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
        endOne();
        assertThat(source.next().key()).isEqualTo(POOR);
        assertThat(peers.offers).isEmpty();
    }

    @Test
    void givenMoreWorkBehindACommand_whenNoSlotIsLeft_thenTheRestIsOffered() throws Exception {
        pullLoop(1).workArrived(POOR);

        source.next().answer().complete(WORK_AND_MORE);

        assertThat(peers.offers.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
    }

    @Test
    void givenAnOffer_whenASlotIsFree_thenItIsTakenAndElsePassedOnAndRequestedLater() throws Exception {
        var pullLoop = pullLoop(1);
        pullLoop.workOffered(POOR, OFFER);
        source.next().answer().complete(LAST_WORK);
        assertThat(peers.taken.poll()).isEqualTo(POOR);

        pullLoop.workOffered(RICH_1, OFFER);
        source.none();
        assertThat(peers.passedOn.poll()).isEqualTo(RICH_1);
        assertThat(peers.requests).isEmpty();
        endOne();

        // After what it took and after what it did not: more may wait there.
        assertThat(peers.requests.poll(10, TimeUnit.SECONDS)).isEqualTo("other");
        assertThat(peers.requests.poll(10, TimeUnit.SECONDS)).isEqualTo("other");
        source.none();
        assertThat(peers.requests).isEmpty();
    }

    @Test
    void givenAnOfferThatWasTaken_whenThePullFindsNothing_thenTheOthersAreTold() throws Exception {
        pullLoop(2).workOffered(POOR, OFFER);

        source.next().answer().complete(new Result.Empty());

        assertThat(peers.limitReports.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
    }

    @Test
    void givenASpawnerThatHasStopped_whenItIsNotified_thenTheWorkIsOffered() throws Exception {
        var pullLoop = pullLoop(2);
        pullLoop.stop();

        pullLoop.workArrived(POOR);

        assertThat(peers.offers).containsExactly(POOR);
    }

    @Test
    void givenAnOfferOfAnOwnerWhoMayHaveNoMoreHere_whenOtherSlotsAreFree_thenNothingIsRequestedInVain()
            throws Exception {
        var pullLoop = pullLoop(new Slots(2, owner -> 1));
        pullLoop.workArrived(RICH_1);
        source.next().answer().complete(LAST_WORK);

        pullLoop.workOffered(RICH_2, OFFER);
        source.none();
        assertThat(peers.requests).isEmpty();
        endOne();

        assertThat(peers.requests.poll(10, TimeUnit.SECONDS)).isEqualTo("other");
    }

    @Test
    void givenWorkThatWasOffered_whenItIsTaken_thenItIsNotPulledHereUnlessMoreArrived() throws Exception {
        var pullLoop = pullLoop(1);
        pullLoop.workArrived(RICH_1);
        source.next().answer().complete(LAST_WORK);
        pullLoop.workArrived(POOR);
        pullLoop.workArrived(RICH_2);
        assertThat(List.of(peers.offers.poll(10, TimeUnit.SECONDS), peers.offers.poll(10, TimeUnit.SECONDS)))
                .containsExactlyInAnyOrder(POOR, RICH_2);
        pullLoop.workArrived(RICH_2);

        pullLoop.offerTaken(POOR);
        pullLoop.offerTaken(RICH_2);
        endOne();

        assertThat(source.next().key()).isEqualTo(RICH_2);
        source.none();
    }

    @Test
    void givenWorkThatWaitsForASlot_whenOffersAreRequested_thenItIsOfferedAgain() throws Exception {
        var pullLoop = pullLoop(1);
        pullLoop.workArrived(RICH_1);
        source.next().answer().complete(LAST_WORK);
        pullLoop.workMayExist(POOR);
        source.none();

        pullLoop.offersRequested("other");

        assertThat(peers.offers).containsExactly(POOR);
    }

    @Test
    void givenANotificationWithoutACommand_whenPulled_thenTheOthersAreToldAndItIsPulledOnceMore() throws Exception {
        pullLoop(2).workArrived(POOR);

        source.next().answer().complete(new Result.Empty());
        assertThat(peers.limitReports.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
        source.next().answer().complete(new Result.Empty());

        source.none();
        assertThat(peers.limitReports).isEmpty();
    }

    @Test
    void givenTheLastRunOfAFunction_whenAnotherSpawnerReportsItsLimit_thenItIsPulledAfterThatRun() throws Exception {
        var pullLoop = pullLoop(2);
        pullLoop.workArrived(POOR);
        complete(source.next(), LAST_WORK);

        pullLoop.limitReached(POOR);
        source.none();
        endOne();

        assertThat(source.next().key()).isEqualTo(POOR);
    }

    @Test
    void givenAnEngineInTrouble_whenWorkArrives_thenItIsOffered() throws Exception {
        var pullLoop = pullLoop(2);
        pullLoop.setPaused(true);

        pullLoop.workArrived(POOR);

        assertThat(peers.offers.poll(10, TimeUnit.SECONDS)).isEqualTo(POOR);
        source.none();
    }

    @Test
    void givenWorkThatWaits_whenTheSpawnerStops_thenItIsOffered() throws Exception {
        var pullLoop = pullLoop(1);
        pullLoop.workArrived(RICH_1);
        source.next().answer().complete(LAST_WORK);
        pullLoop.workMayExist(POOR);

        pullLoop.stop();

        assertThat(peers.offers).containsExactly(POOR);
    }

    @Test
    void givenAStop_whenARunIsBeingStarted_thenItWaitsUntilThatIsRegistered() throws Exception {
        var starting = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var slots = new Slots(1, owner -> 1);
        var pullLoop = new PullLoop(late -> source, slots, budget, peers, (delivery, mayUse, ended) -> {
            starting.countDown();
            try {
                assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            running.add(ended);
        });
        pullLoop.start();
        pullLoop.workMayExist(POOR);
        var pull = source.next();
        Thread.ofVirtual().start(() -> pull.answer().complete(LAST_WORK));
        assertThat(starting.await(10, TimeUnit.SECONDS)).isTrue();

        var stopping = stopping(pullLoop);
        assertThat(stopping).isNotDone();
        go.countDown();

        assertThat(stopping).succeedsWithin(Duration.ofSeconds(5));
        assertThat(running).hasSize(1);
    }

    @Test
    void givenAStop_whenAPullIsUnderWay_thenItWaitsForItsAnswer() throws Exception {
        var pullLoop = pullLoop(1);
        pullLoop.workMayExist(POOR);
        var pull = source.next();
        var stopping = stopping(pullLoop);
        assertThat(stopping).isNotDone();

        pull.answer().complete(new Result.Empty());

        assertThat(stopping).succeedsWithin(Duration.ofSeconds(5));
        pullLoop.workMayExist(POOR);
        source.none();
    }
}
