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

/** A deletion is a change like any other: it has a revision, and can be made conditional on one. */
class KvDeletionTest {
    @TempDir
    Path directory;

    @Test
    void givenChangesWhenAskedForTheLastThenDeletionsAreToldAndConditionsHold() throws Exception {
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
    void givenAMarkThatIsForgottenWhenTheKeyHasAValueAgainThenThatStays() throws Exception {
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
            // As if it had come between the look at the mark and its removal.
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
