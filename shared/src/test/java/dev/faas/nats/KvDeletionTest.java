package dev.faas.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.local.NatsServer;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that a deletion has a revision and can be conditional, like any other change. */
class KvDeletionTest {
    @TempDir
    Path directory;

    @Test
    void givenChangesWhenTheLastIsReadThenDeletionsAreReportedAndConditionsHold() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var kv = nats.kv(Subjects.FUNCTIONS);
            assertThat(kv.lastChange("a.b").join()).isEmpty();

            long first = kv.update("a.b", bytes("1"), 0).join();
            assertThat(kv.lastChange("a.b").join())
                    .get()
                    .isInstanceOfSatisfying(
                            Kv.Change.Put.class,
                            put -> assertThat(put.value().bytes()).isEqualTo(bytes("1")));

            assertThatThrownBy(() -> kv.delete("a.b", first + 1).join())
                    .hasCauseInstanceOf(BusException.CompareAndSetRefused.class);
            long gone = kv.delete("a.b", first).join();
            assertThat(kv.lastChange("a.b").join()).isEqualTo(Optional.of(new Kv.Change.Deleted("a.b", gone)));
            assertThat(kv.get("a.b").join()).isEmpty();

            assertThatThrownBy(() -> kv.update("a.b", bytes("2"), first).join())
                    .hasCauseInstanceOf(BusException.CompareAndSetRefused.class);
            assertThat(kv.update("a.b", bytes("2"), gone).join()).isGreaterThan(gone);
        }
    }

    @Test
    void givenADeletionMarkerThatIsRemovedWhenTheKeyHasAValueAgainThenTheValueStays() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var kv = nats.kv(Subjects.FUNCTIONS);
            kv.put("a.b", bytes("1")).join();
            long mark = kv.delete("a.b").join();
            kv.put("c.d", bytes("2")).join();

            kv.removeDeletionMarker("a.b").join();
            assertThat(kv.lastChange("a.b").join()).isEmpty();
            assertThat(kv.lastChange("c.d").join()).isPresent();

            long again = kv.create("a.b", bytes("3")).join();
            kv.removeDeletionMarker("a.b").join();
            // As if it had been stored between the check of the marker and its removal.
            nats.stream("KV_" + Subjects.FUNCTIONS)
                    .purge("$KV.FUNCTIONS.a.b", mark)
                    .join();
            assertThat(kv.lastChange("a.b").join())
                    .get()
                    .extracting(Kv.Change::revision)
                    .isEqualTo(again);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
