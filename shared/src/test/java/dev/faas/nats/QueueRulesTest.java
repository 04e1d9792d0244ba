package dev.faas.nats;

import static dev.faas.nats.BusTest.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.local.NatsServer;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Pause;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pins behaviour of nats-server on which the rules of queue and lease depend; another server version may differ. */
class QueueRulesTest {
    private static final String USER = "usr_06b7gd98g07rk4q3v8x2m5n9tb";
    private static final Duration SHORTLY = Duration.ofMillis(200);
    private static final Duration FLUSHED_AFTER = Duration.ofSeconds(1);
    private static final Duration PATIENTLY = Duration.ofSeconds(5);

    @TempDir
    static Path directory;

    private static NatsServer server;
    private static Nats nats;
    private static Stream queue;
    private static Consumers consumers;
    private static int functions;

    private String function;
    private String consumer;

    @BeforeAll
    static void start() throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
        queue = nats.stream(Subjects.ACTIVATIONS);
        consumers = queue.consumers();
    }

    @AfterAll
    static void stop() throws Exception {
        nats.close();
        server.close();
    }

    @BeforeEach
    void newFunction() {
        function = "fn_06b7gd98g07rk4q3v8x2m5%04d".formatted(++functions);
        consumer = Subjects.consumer(function);
    }

    private void ensure(int limit) throws Exception {
        get(consumers.ensure(consumer, Subjects.functionQueue(USER, function), limit));
    }

    private String put(int n) throws Exception {
        var subject = Subjects.command(USER, function, "06b7gd98g07rk4q3v8x2m6%04d".formatted(n));
        get(queue.appendIfLast(subject, "x".getBytes(StandardCharsets.UTF_8), 0));
        return subject;
    }

    private static PullInbox puller() {
        return nats.openPullInbox(Subjects.ACTIVATIONS, late -> {});
    }

    private Delivery take(PullInbox by) throws Exception {
        var pulled = get(by.pull(consumer, PATIENTLY));
        assertThat(pulled).isInstanceOf(PullResult.Message.class);
        return ((PullResult.Message) pulled).delivery();
    }

    private void nothingFor(PullInbox who) throws Exception {
        assertThat(get(who.pull(consumer, SHORTLY))).isInstanceOf(PullResult.Empty.class);
    }

    @Test
    void aMessageHandedBackWithADelayHoldsItsSlotMeanwhile() throws Exception {
        ensure(1);
        put(1);
        put(2);
        try (var puller = puller()) {
            get(take(puller).handBack(Duration.ofSeconds(30)));

            nothingFor(puller);
        }
    }

    @Test
    void aRecreatedConsumerGivesOutAgainWhatRunsAndCountsFromOne() throws Exception {
        ensure(5);
        var subject = put(1);
        try (var first = puller();
                var second = puller()) {
            take(first);
            get(consumers.delete(consumer));
            ensure(5);

            var again = take(second);

            assertThat(again.subject()).isEqualTo(subject);
            assertThat(again.deliveryCount()).isEqualTo(1);
        }
    }

    @Test
    void aLateHandBackTakesTheMessageFromItsNewHolder() throws Exception {
        ensure(5);
        put(1);
        try (var first = puller();
                var second = puller()) {
            var late = take(first);
            get(consumers.delete(consumer));
            ensure(5);
            take(second);

            get(late.handBack(Duration.ZERO));

            assertThat(take(first).deliveryCount()).isEqualTo(2);
        }
    }

    @Test
    void aLateAckRemovesTheMessageUnderItsNewHolder() throws Exception {
        ensure(5);
        var subject = put(1);
        try (var first = puller();
                var second = puller()) {
            var late = take(first);
            get(consumers.delete(consumer));
            ensure(5);
            take(second);

            get(late.ack());

            assertThat(get(queue.lastFromLeader(subject))).isEmpty();
        }
    }

    @Test
    void aKeepAliveForARecreatedConsumerIsConfirmedAndOneForADeletedConsumerIsNot() throws Exception {
        ensure(5);
        put(1);
        try (var puller = puller()) {
            var held = take(puller);
            get(consumers.delete(consumer));

            assertThatThrownBy(() -> get(held.keepAlive())).isInstanceOf(BusException.class);

            ensure(5);
            get(held.keepAlive());
        }
    }

    @Test
    void aCommandIsThereOnceWhileItIsQueuedOrTakenAndMayComeAgainAfterItsAck() throws Exception {
        ensure(5);
        put(1);
        assertThatThrownBy(() -> put(1)).isInstanceOf(BusException.CompareAndSetRefused.class);
        try (var puller = puller()) {
            var taken = take(puller);
            assertThatThrownBy(() -> put(1)).isInstanceOf(BusException.CompareAndSetRefused.class);

            get(taken.ack());

            put(1);
        }
    }

    @Test
    void aPurgeOfWhatIsTakenFreesItsSlot() throws Exception {
        ensure(1);
        var taken = put(1);
        var next = put(2);
        try (var puller = puller()) {
            take(puller);
            nothingFor(puller);

            get(queue.purge(taken));

            assertThat(take(puller).subject()).isEqualTo(next);
        }
    }

    @Test
    void aLoweredLimitHoldsOnceTheRunsAboveItHaveEnded() throws Exception {
        ensure(2);
        put(1);
        put(2);
        put(3);
        try (var puller = puller()) {
            var first = take(puller);
            var second = take(puller);
            ensure(1);
            get(first.ack());
            nothingFor(puller);

            get(second.ack());

            take(puller);
        }
    }

    @Test
    void aCompareAndSetOnNothingSucceedsAgainForWhatHasAgedOut() throws Exception {
        var events = nats.stream(Subjects.EVENTS);
        var subject = "events.06b7gd98g07rk4q3v8x2m77777.state";
        var bytes = "x".getBytes(StandardCharsets.UTF_8);
        long first = get(events.appendIfLast(subject, bytes, 0));
        assertThatThrownBy(() -> get(events.appendIfLast(subject, bytes, 0)))
                .isInstanceOf(BusException.CompareAndSetRefused.class);

        get(events.delete(first));

        // So an acceptance needs another check for earlier activations; a later state is refused in any case.
        assertThatThrownBy(() -> get(events.appendIfLast(subject, bytes, first)))
                .isInstanceOf(BusException.CompareAndSetRefused.class);
        assertThat(get(events.appendIfLast(subject, bytes, 0))).isGreaterThan(first);
    }

    @Test
    void ackWaitRunsOnWhileTheServerIsDown() throws Exception {
        ensure(5);
        var subject = put(1);
        try (var puller = puller()) {
            take(puller);
            var taken = Instant.now();
            Pause.of(FLUSHED_AFTER); // else the killed server forgets that it was delivered
            server.kill();
            server.restart();
            var due = taken.plus(Consumers.ACK_WAIT);
            PullResult pulled = new PullResult.Empty();
            while (!(pulled instanceof PullResult.Message)) {
                assertThat(Instant.now()).as("ack_wait, and time to reconnect").isBefore(due.plusSeconds(15));
                pulled = answered(puller);
            }

            assertThat(((PullResult.Message) pulled).delivery().subject()).isEqualTo(subject);
            assertThat(Instant.now()).isAfter(due.minusSeconds(5));
        }
    }

    private PullResult answered(PullInbox puller) throws Exception {
        try {
            return get(puller.pull(consumer, Duration.ofSeconds(1)));
        } catch (BusException reconnecting) {
            return new PullResult.Empty();
        }
    }
}
