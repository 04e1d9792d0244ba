package dev.faas.nats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.NatsServer;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableReaderTest {
    @TempDir
    Path directory;

    @Test
    void givenAReaderThatFetchedAheadWhenItClosesThenAnotherHasTheRestAtOnce() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var events = nats.stream(Subjects.EVENTS);
            for (int i = 0; i < 100; i++) {
                events.append(Subjects.state(Ids.activation(Instant.now())), Map.of(), new byte[] {(byte) i})
                        .join();
            }
            var seen = new HashSet<Long>();
            try (var first = nats.openReader(Subjects.EVENTS, Subjects.PROJECTOR)) {
                for (var delivery : first.take(10, Duration.ofSeconds(5))) {
                    delivery.ack().join();
                    seen.add(delivery.sequence());
                }
            }
            try (var second = nats.openReader(Subjects.EVENTS, Subjects.PROJECTOR)) {
                for (var batch = second.take(100, Duration.ofSeconds(5));
                        !batch.isEmpty() && seen.size() < 100;
                        batch = second.take(100, Duration.ofSeconds(5))) {
                    batch.forEach(delivery -> seen.add(delivery.sequence()));
                }
            }
            assertThat(seen).hasSize(100);
        }
    }

    @Test
    void givenWhatIsAcknowledgedWithoutConfirmationThenItDoesNotComeAgain() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            appended(nats);
            appended(nats);
            try (var reader = nats.openReader(Subjects.EVENTS, Subjects.PROJECTOR)) {
                first(reader, Duration.ofSeconds(5)).orElseThrow().ackUnconfirmed();
                assertThat(first(reader, Duration.ofSeconds(5))).isPresent();

                var consumers = nats.stream(Subjects.EVENTS).consumers();
                Await.until("one of two is left", () -> unacknowledged(consumers) == 1);
            }
        }
    }

    @Test
    void givenWhatNoConsumerHasDeliveredInTheInboxThenItIsNotTaken() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var pulls = nats.connection().subscribe("$JS.API.CONSUMER.MSG.NEXT.>");
            try (var reader = nats.openReader(Subjects.EVENTS, Subjects.PROJECTOR)) {
                assertThat(reader.take(1, Duration.ofMillis(100))).isEmpty();
                nats.publish(pulls.nextMessage(Duration.ofSeconds(5)).getReplyTo(), new byte[] {1});
                appended(nats);

                assertThat(first(reader, Duration.ofSeconds(5)).orElseThrow().sequence())
                        .isEqualTo(1);
            }
        }
    }

    private static long unacknowledged(Consumers consumers) {
        return consumers.state(Subjects.PROJECTOR).join().orElseThrow().unacked();
    }

    @Test
    void givenAReaderThatWaitsWhenTheServerIsKilledAndIsThereAgainThenItReadsOn() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            try (var reader = nats.openReader(Subjects.EVENTS, Subjects.PROJECTOR)) {
                assertThat(reader.take(1, Duration.ofMillis(100))).isEmpty();
                server.kill();
                server.restart();
                appended(nats);

                assertThat(first(reader, Duration.ofSeconds(20))).isPresent();
            }
        }
    }

    private static void appended(Nats nats) {
        var until = Instant.now().plusSeconds(20);
        while (true) {
            try {
                nats.stream(Subjects.EVENTS)
                        .append(Subjects.state(Ids.activation(Instant.now())), Map.of(), new byte[] {1})
                        .join();
                return;
            } catch (CompletionException notYet) {
                assertThat(Instant.now()).as("time to recover").isBefore(until);
            }
        }
    }

    private static Optional<Delivery> first(DurableReader reader, Duration limit) throws InterruptedException {
        var until = Instant.now().plus(limit);
        while (Instant.now().isBefore(until)) {
            try {
                var batch = reader.take(1, Duration.ofMillis(100));
                if (!batch.isEmpty()) {
                    return Optional.of(batch.getFirst());
                }
            } catch (BusException notYet) {
                // The client reconnects meanwhile.
            }
        }
        return Optional.empty();
    }
}
