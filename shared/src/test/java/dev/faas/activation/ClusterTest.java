package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.local.NatsCluster;
import dev.faas.nats.BusException;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Subjects;
import dev.faas.wire.Subjects.QueueKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks on three servers, of which one lags or is killed, what other tests check on one. */
@Tag("slow")
class ClusterTest {
    private static final QueueKey QUEUE = new QueueKey(Samples.OWNER, Samples.FUNCTION);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static NatsCluster cluster;
    private static Nats nats;
    private static ActivationEvents events;
    private static CommandQueue queue;

    @BeforeAll
    static void start() throws Exception {
        cluster = NatsCluster.start(directory);
        nats = Nats.connect(NatsConfig.local(cluster.url()), "test");
        var three = Records.with(TopologyConfig.LOCAL, "replicas", 3, "eventsBytes", 256L << 20, "keysBytes", 1L << 20);
        long until = System.nanoTime() + LIMIT.toNanos();
        while (!created(three)) {
            assertThat(System.nanoTime()).isLessThan(until);
        }
        events = new ActivationEvents(nats);
        queue = new CommandQueue(nats);
        answer(() -> queue.ensureConsumer(QUEUE, 10));
    }

    /** Fails until the leaders are elected. */
    private static boolean created(TopologyConfig config) throws DependencyMissing, InterruptedException {
        try {
            Topology.create(nats, config);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @AfterAll
    static void stop() throws Exception {
        nats.close();
        cluster.close();
    }

    @Test
    void whatWasJustStoredIsReadWhicheverReplicaIsAsked() throws Exception {
        for (int i = 0; i < 300; i++) {
            var first = Samples.fresh();
            var accepted = stored(answer(() -> events.accept(first)));

            assertThat(answer(() -> events.last(first.id())))
                    .as("%s of 300", i)
                    .hasValueSatisfying(last -> assertThat(last.sequence()).isEqualTo(accepted.sequence()));
            assertThat(answer(() -> events.runSpec(first.id()))).isPresent();
        }
    }

    @Test
    void ofManyWritersExactlyOneMakesEachNextState() throws Exception {
        var last = stored(answer(() -> events.accept(Samples.fresh())));
        for (int round = 0; round < 20; round++) {
            var from = last;
            var writes = new ArrayList<CompletableFuture<AppendResult>>();
            for (int writer = 0; writer < 9; writer++) {
                writes.add(events.append(next(from.record(), "run-" + round + "-" + writer, writer), from.sequence()));
            }
            var won = new ArrayList<Snapshot>();
            for (var write : writes) {
                if (write.get(10, TimeUnit.SECONDS) instanceof AppendResult.Stored(var snapshot)) {
                    won.add(snapshot);
                }
            }
            assertThat(won).as("winners of round %s", round).hasSize(1);
            last = won.getFirst();
        }
    }

    @Test
    void aServerThatIsKilledUnderWritesTakesNoStateWithItAndDoublesNone() throws Exception {
        var last = stored(answer(() -> events.accept(Samples.fresh())));
        var id = last.record().id();
        var written = new ArrayList<Long>(List.of(last.sequence()));
        for (var server : cluster.servers()) {
            for (int i = 0; i < 30; i++) {
                if (i == 10) {
                    server.kill();
                }
                var from = last;
                var next = next(from.record(), "run-" + written.size(), 0);
                last = stored(answer(() -> events.append(next, from.sequence())));
                written.add(last.sequence());
            }
            server.restart();
            cluster.awaitReady();
        }

        var found = new ArrayList<Long>();
        for (long from = 1; ; ) {
            long at = from;
            var state = answer(() -> events.nextState(id, at));
            if (state.isEmpty()) {
                break;
            }
            found.add(state.get().sequence());
            from = state.get().sequence() + 1;
        }
        assertThat(found).isEqualTo(written);
    }

    /** Its server goes on sending heartbeats. */
    @Test
    void aWatchAtAServerThatIsCutOffFromTheOthersDoesNotFollow_untilTheyAreBack() throws Exception {
        var others = cluster.servers().subList(0, 2);
        var watches = new ArrayList<Kv.Watch>();
        try (var alone =
                Nats.connect(NatsConfig.local(cluster.servers().getLast().url()), "alone")) {
            // NATS chooses the server of each: some are at this one.
            for (int i = 0; i < 16; i++) {
                watches.add(alone.kv(Subjects.REVOKED).watch(change -> {}, () -> {}));
            }
            Await.until("all follow", LIMIT, () -> watches.stream().allMatch(Kv.Watch::isFollowing));
            for (var server : others) {
                server.kill();
            }

            Await.until("none follows", LIMIT, () -> watches.stream().noneMatch(Kv.Watch::isFollowing));

            for (var server : others) {
                server.restart();
            }
            cluster.awaitReady();
            Await.until("all follow", LIMIT, () -> watches.stream().allMatch(Kv.Watch::isFollowing));
            watches.forEach(Kv.Watch::close);
        }
    }

    @Test
    void aServerThatIsKilledUnderPullsTakesNoCommandWithIt() throws Exception {
        var commands = new HashSet<ActivationCommand>();
        for (int i = 0; i < 60; i++) {
            var command = ActivationCommand.of(Samples.fresh().activation());
            answer(() -> queue.enqueue(command));
            commands.add(command);
        }
        var left = new HashSet<>(commands);
        long until = System.nanoTime() + LIMIT.toNanos();
        try (var puller = queue.openPuller(late -> {})) {
            for (int pulled = 0; !left.isEmpty(); ) {
                assertThat(System.nanoTime()).as("time for %s", left).isLessThan(until);
                if (answer(() -> puller.pull(QUEUE.function(), Duration.ofMillis(500)))
                        instanceof PullResult.Message(var delivery)) {
                    if (++pulled == 20) {
                        cluster.servers().getFirst().kill();
                    }
                    var command = CommandQueue.decodeCommand(delivery);
                    if (confirmed(delivery.ack()) || !answer(() -> queue.contains(command))) {
                        left.remove(command);
                    }
                }
            }
        }
        cluster.servers().getFirst().restart();
        cluster.awaitReady();
        for (var command : commands) {
            assertThat(answer(() -> queue.contains(command))).isFalse();
        }
    }

    /** Each writer writes different bytes, by which it recognises its own write. */
    private static ActivationRecord next(ActivationRecord record, String runId, int writer) {
        return switch (record) {
            case Queued queued -> queued.claim(Samples.WORKER, runId, Samples.NOW);
            case Running running -> running.release(true, Samples.NOW.plusSeconds(60 + writer));
            case ActivationRecord.Ended ended -> throw new AssertionError("ended");
        };
    }

    private static Snapshot stored(AppendResult appended) {
        assertThat(appended).isInstanceOf(AppendResult.Stored.class);
        return ((AppendResult.Stored) appended).snapshot();
    }

    /** Acknowledges once: not every server answers a second acknowledgement of the same message. */
    private static boolean confirmed(CompletableFuture<Void> acknowledgement) throws Exception {
        try {
            acknowledgement.get(10, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(BusException.class);
            return false;
        }
    }

    /** Repeats the request while there is no leader; all requests here may be repeated. */
    private static <T> T answer(Supplier<CompletableFuture<T>> question) throws Exception {
        long until = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                return question.get().get(10, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(BusException.class);
                assertThat(System.nanoTime()).as(e.toString()).isLessThan(until);
            }
        }
    }
}
