package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.local.NatsServer;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.wire.Subjects.QueueKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the events, the queue and the feed of activations against a real server. */
class ActivationsTest {
    @TempDir
    static Path directory;

    private static NatsServer server;
    private static Nats nats;
    private static ActivationEvents events;
    private static CommandQueue queue;

    @BeforeAll
    static void start() throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
        events = new ActivationEvents(nats);
        queue = new CommandQueue(nats);
    }

    @AfterAll
    static void stop() throws Exception {
        nats.close();
        server.close();
    }

    @Test
    void ofTwoSpawnersOneClaimsAndTheOtherSeesTheClaim() throws Exception {
        var accepted = stored(events.accept(Samples.fresh()));
        var queued = (ActivationRecord.Queued) accepted.record();
        var first = queued.claim(Samples.WORKER, "run-1", Samples.NOW);
        var second = queued.claim(new Worker("node-2", "x"), "run-2", Samples.NOW);

        stored(events.append(first, accepted.sequence()));
        var lost = get(events.append(second, accepted.sequence()));

        assertThat(lost)
                .isInstanceOfSatisfying(
                        AppendResult.Superseded.class,
                        superseded -> assertThat(
                                        superseded.actual().orElseThrow().record())
                                .isEqualTo(first));
    }

    @Test
    void aWriteWhoseAnswerGotLostCountsAsOurs() throws Exception {
        var accepted = stored(events.accept(Samples.fresh()));
        var claim = ((ActivationRecord.Queued) accepted.record()).claim(Samples.WORKER, "run-1", Samples.NOW);
        long sequence = stored(events.append(claim, accepted.sequence())).sequence();

        // The same write again, as after a lost answer.
        assertThat(stored(events.append(claim, accepted.sequence())).sequence()).isEqualTo(sequence);
    }

    @Test
    void theRunSpecIsReadFromTheAcceptedEventInEveryState() throws Exception {
        var run = run("one\n", "two\n");

        assertThat(get(events.runSpec(run.record().id()))).contains(Samples.RUN_SPEC);
        assertThat(get(events.last(run.record().id())).orElseThrow().record().currentStatus())
                .isEqualTo(Status.SUCCEEDED);
    }

    @Test
    void aCommandIsQueuedOnceAndTakenOnceAndItsPlaceIsFreeAfterTheAck() throws Exception {
        var command = ActivationCommand.of(Samples.fresh().activation());
        var notifications = new LinkedBlockingQueue<QueueKey>();
        get(queue.ensureConsumer(new QueueKey(command.owner(), command.functionId()), 2));
        try (var _ = queue.takeWork(notifications::add);
                var puller = queue.openPuller(d -> {})) {
            get(queue.enqueue(command));
            get(queue.enqueue(command));

            assertThat(notifications.poll(5, TimeUnit.SECONDS))
                    .isEqualTo(new QueueKey(command.owner(), command.functionId()));
            assertThat(get(queue.stats(command.functionId())).orElseThrow().queued())
                    .isEqualTo(1);
            var taken = (PullResult.Message) get(puller.pull(command.functionId(), Duration.ofSeconds(1)));
            assertThat(CommandQueue.decodeCommand(taken.delivery())).isEqualTo(command);
            assertThat(get(queue.contains(command))).isTrue();
            get(taken.delivery().ack());
            assertThat(get(queue.contains(command))).isFalse();
            assertThat(get(puller.pull(command.functionId(), Duration.ofMillis(100))))
                    .isInstanceOf(PullResult.Empty.class);
        }
    }

    @Test
    void aFeedReportsARunInOrderFromItsAcceptanceToItsEnd() throws Exception {
        var run = run("one\n", "two\n");

        var collector = new EventCollector(events);
        collector.follow(run.record().id(), 0);

        assertThat(collector.awaitEnd()).containsExactly("queued", "running", "one\n", "two\n", "succeeded");
    }

    @Test
    void aFeedResumedAtAnyEventContinuesWithTheNextOne() throws Exception {
        var run = run("one\n", "two\n", "three\n");
        var whole = new EventCollector(events);
        whole.follow(run.record().id(), 0);
        var all = whole.awaitEnd();

        for (int i = 0; i < all.size(); i++) {
            var rest = new EventCollector(events);
            rest.follow(run.record().id(), whole.sequences().get(i));
            assertThat(rest.awaitEnd()).as("resumed after event " + i).isEqualTo(all.subList(i + 1, all.size()));
        }
    }

    @Test
    void aFeedOpenedBeforeTheRunReportsItLive() throws Exception {
        var accepted = stored(events.accept(Samples.fresh()));
        var collector = new EventCollector(events);
        collector.follow(accepted.record().id(), 0);
        await(() -> collector.count() == 1);

        finish(accepted, 300);

        var all = collector.awaitEnd();
        assertThat(all).hasSize(303).startsWith("queued", "running", "line 0\n").endsWith("line 299\n", "succeeded");
        assertThat(collector.sequences()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void outputOfAnotherRunIsLeftOut() throws Exception {
        var accepted = stored(events.accept(Samples.fresh()));
        var first = ((ActivationRecord.Queued) accepted.record()).claim(Samples.WORKER, "run-1", Samples.NOW);
        var running = stored(events.append(first, accepted.sequence()));
        output(accepted.record().id(), "run-1", "lost\n");
        var back = stored(events.append(first.loseSpawner(Samples.NOW), running.sequence()));
        output(accepted.record().id(), "run-1", "late\n");
        var second = ((ActivationRecord.Queued) back.record()).claim(Samples.WORKER, "run-2", Samples.NOW);
        var again = stored(events.append(second, back.sequence()));
        output(accepted.record().id(), "run-1", "later still\n");
        long last = output(accepted.record().id(), "run-2", "kept\n");
        stored(events.append(second.finish(Samples.succeeded(last), Duration.ZERO), again.sequence()));

        var collector = new EventCollector(events);
        collector.follow(accepted.record().id(), 0);

        assertThat(collector.awaitEnd())
                .containsExactly("queued", "running", "lost\n", "queued", "running", "kept\n", "succeeded");
    }

    @Test
    void aReaderThatPausesMissesNothing() throws Exception {
        var accepted = stored(events.accept(Samples.fresh()));
        var collector = new EventCollector(events);
        var feed = collector.follow(accepted.record().id(), 0);
        await(() -> collector.count() == 1);
        collector.execute(feed::pause);

        finish(accepted, 1000);
        collector.execute(feed::resume);

        assertThat(collector.awaitEnd()).hasSize(1003).endsWith("line 999\n", "succeeded");
        assertThat(collector.sequences()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void twoChecksThatFailTogetherMakeOneReplay(@TempDir Path own) throws Exception {
        try (var server = NatsServer.start(own);
                var connection = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(connection, TopologyConfig.LOCAL);
            var otherEvents = new ActivationEvents(connection);
            var accepted = stored(otherEvents.accept(Samples.fresh()));
            var id = accepted.record().id();
            var collector = new EventCollector(otherEvents);
            var feed = collector.follow(id, 0);
            await(() -> collector.count() == 1);
            collector.execute(feed::pause);
            finish(otherEvents, accepted, 500);
            server.kill();

            collector.execute(() -> {
                feed.check();
                feed.check();
            });
            collector.awaitExecuted();
            // Requested after them, so that it fails after them.
            assertThat(otherEvents.lastFromLeader(id)).failsWithin(20, TimeUnit.SECONDS);
            collector.execute(feed::resume);
            server.restart();

            assertThat(collector.awaitEnd()).hasSize(503).endsWith("line 499\n", "succeeded");
            assertThat(collector.sequences()).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void aSpawnerIsAliveByItsHeartbeatAndDeadOnceItsSuccessorPublishesOne() throws Exception {
        try (var spawners = new Spawners(nats)) {
            spawners.startObserving();
            long first = get(spawners.publish(new SpawnerHeartbeat("node-9", "0001", 4, 4, null, null), 0));
            await(() -> spawners.recentHeartbeats().stream()
                    .anyMatch(b -> b.spawner().equals("node-9")));
            assertThat(spawners.isDead(new Worker("node-9", "0001"))).isFalse();

            get(spawners.publish(new SpawnerHeartbeat("node-9", "0002", 4, 4, null, null), first));

            await(() -> spawners.isDead(new Worker("node-9", "0001")));
            assertThat(spawners.isDead(new Worker("node-9", "0002"))).isFalse();
            assertThat(spawners.isDead(new Worker("never-heard-of", "0001")))
                    .as("a spawner is not dead for an observer of less than 30 s")
                    .isFalse();
        }
    }

    /** A complete run with these lines on stdout. */
    private static Snapshot run(String... lines) throws Exception {
        var accepted = stored(events.accept(Samples.fresh()));
        return finish(accepted, List.of(lines));
    }

    private static void finish(Snapshot accepted, int lines) throws Exception {
        finish(events, accepted, lines);
    }

    private static void finish(ActivationEvents on, Snapshot accepted, int lines) throws Exception {
        var texts = new ArrayList<String>();
        for (int i = 0; i < lines; i++) {
            texts.add("line " + i + "\n");
        }
        var unused = finish(on, accepted, texts);
    }

    @Test
    void theStatesAfterAKnownOneAreReported() throws Exception {
        var accepted = stored(events.accept(Samples.fresh()));
        var collector = new EventCollector(events);
        collector.followStates(accepted, true);
        collector.awaitExecuted();
        get(events.flushSubscriptions());
        var unused = finish(accepted, List.of("not reported"));

        assertThat(collector.awaitEnd()).containsExactly("running", "succeeded");
    }

    @Test
    void theStatesThatCameBeforeTheSubscriptionAreFoundAtOnceOrByTheCheck() throws Exception {
        for (boolean fresh : new boolean[] {false, true}) {
            var accepted = stored(events.accept(Samples.fresh()));
            var unused = finish(accepted, List.of("not reported"));
            var collector = new EventCollector(events);
            collector.followStates(accepted, fresh);

            assertThat(collector.awaitEnd()).as("fresh: " + fresh).containsExactly("running", "succeeded");
        }
    }

    @Test
    void anActivationThatIsPrunedBeforeItsEndWasReportedIsNotFound() throws Exception {
        for (boolean fresh : new boolean[] {false, true}) {
            var accepted = stored(events.accept(Samples.fresh()));
            get(events.prune(accepted.sequence()));
            var collector = new EventCollector(events);
            collector.followStates(accepted, fresh);

            assertThat(collector.awaitEnd()).as("fresh: " + fresh).containsExactly("not found");
        }
    }

    @Test
    void aMissedStateIsReportedBeforeTheNext() throws Exception {
        var accepted = stored(events.accept(Samples.fresh()));
        var running = ((ActivationRecord.Queued) accepted.record()).claim(Samples.WORKER, "run-1", Samples.NOW);
        var claimed = stored(events.append(running, accepted.sequence()));
        var collector = new EventCollector(events);
        collector.followStates(accepted, true);
        collector.awaitExecuted();
        get(events.flushSubscriptions());
        var unused = stored(events.append(running.finish(Samples.succeeded(0), Duration.ZERO), claimed.sequence()));

        assertThat(collector.awaitEnd()).containsExactly("running", "succeeded");
    }

    @Test
    void theLastOutputShowsAWriterWhereToContinue() throws Exception {
        var id = stored(events.accept(Samples.fresh())).record().id();

        assertThat(get(events.lastOutput(id))).isEmpty();
        output(id, "run-1", "first");
        long second = output(id, "run-1", "second");

        assertThat(get(events.lastOutput(id)).map(OutputEvent::sequence)).contains(second);
    }

    @Test
    void aChunkIsStoredOnlyBehindItsPredecessor() throws Exception {
        var id = stored(events.accept(Samples.fresh())).record().id();
        var chunk = new OutputChunk("run-1", OutputChunk.Source.STDERR, 7, Samples.NOW, new byte[] {1, 2});

        long first = get(events.appendOutput(id, chunk, 0));
        long second = get(events.appendOutput(id, chunk, first));

        assertThat(events.appendOutput(id, chunk, first))
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(BusException.CompareAndSetRefused.class);
        var last = get(events.lastOutput(id)).orElseThrow();
        assertThat(last.sequence()).isEqualTo(second);
        assertThat(last.chunk().source()).isEqualTo(OutputChunk.Source.STDERR);
        assertThat(last.chunk().offset()).isEqualTo(7);
        assertThat(last.chunk().bytes()).containsExactly(1, 2);
    }

    private static Snapshot finish(Snapshot accepted, List<String> lines) throws Exception {
        return finish(events, accepted, lines);
    }

    private static Snapshot finish(ActivationEvents on, Snapshot accepted, List<String> lines) throws Exception {
        var running = ((ActivationRecord.Queued) accepted.record()).claim(Samples.WORKER, "run-1", Samples.NOW);
        var claimed = stored(on.append(running, accepted.sequence()));
        long last = 0;
        for (var line : lines) {
            last = output(on, running.id(), "run-1", line);
        }
        return stored(on.append(running.finish(Samples.succeeded(last), Duration.ZERO), claimed.sequence()));
    }

    private static long output(String id, String run, String text) throws Exception {
        return output(events, id, run, text);
    }

    private static long output(ActivationEvents on, String id, String run, String text) throws Exception {
        return get(on.appendOutput(
                id,
                new OutputChunk(
                        run, OutputChunk.Source.STDOUT, 0, Samples.NOW, text.getBytes(StandardCharsets.UTF_8))));
    }

    private static Snapshot stored(CompletableFuture<AppendResult> append) throws Exception {
        return ((AppendResult.Stored) get(append)).snapshot();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean() && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
