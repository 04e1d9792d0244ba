package dev.faas.registry.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.registry.Story;
import dev.faas.registry.ledger.HeldStates.DecodedState;
import dev.faas.wire.Codec;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is held back is bounded: in number, since the registries share the unacknowledged states, and in memory. */
class HeldStatesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1100, 0, 1024", "150, 131071, 128"})
    void givenMoreStatesThanRoomWhenTakenThenTheOldestAreReleasedAtOnce(int count, int argument, int room)
            throws Exception {
        try (var server = NatsServer.start(directory);
                var bus = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(bus, TopologyConfig.LOCAL);
            var ids = new ArrayList<String>();
            for (int i = 0; i < count; i++) {
                var activation =
                        Story.activation("usr_of_the_test", "fn_of_the_test", "worked", Instant.now(), Map.of());
                ids.add(Story.accepted(bus, activation, "x".repeat(argument)).id());
            }
            var taken = take(bus, count);

            var held = new HeldStates();
            taken.forEach(held::add);
            var due = held.takeDue();

            assertThat(due).hasSizeGreaterThanOrEqualTo(count - room);
            assertThat(ids).startsWith(idsOf(due));
            assertThat(due.size() + held.takeAll().size()).isEqualTo(count);
        }
    }

    private static String[] idsOf(Iterable<DecodedState> states) {
        var ids = new ArrayList<String>();
        states.forEach(each -> ids.add(each.state().record().id()));
        return ids.toArray(String[]::new);
    }

    private static List<DecodedState> take(Nats bus, int count) throws Exception {
        var taken = new ArrayList<DecodedState>();
        try (var reader = bus.openReader(Subjects.EVENTS, Subjects.PROJECTOR)) {
            while (taken.size() < count) {
                for (var delivery : reader.take(count, Duration.ofSeconds(5))) {
                    var record = Codec.decode(delivery.bytes(), ActivationRecord.class);
                    taken.add(new DecodedState(delivery, new Snapshot(record, delivery.sequence())));
                }
            }
        }
        return taken;
    }
}
