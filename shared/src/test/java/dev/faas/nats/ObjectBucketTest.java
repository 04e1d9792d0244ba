package dev.faas.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.local.NatsServer;
import dev.faas.testing.Records;
import dev.faas.wire.Subjects;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectBucketTest {
    @TempDir
    Path directory;

    @Test
    void givenAConnectionThatBreaksWhenAValueIsStoredReadOrDeletedThenThatIsAFailureOfTheBus() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var bucket = nats.objectBucket(Subjects.OUTPUTS);

            assertThatThrownBy(() -> bucket.put("broken", new Breaking(server, nats)))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> bucket.get("broken")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> bucket.delete("broken")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void givenAValueThatIsDeletedWhenAskedWhatTheBusHoldsThenThereIsNothing() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var bucket = nats.objectBucket(Subjects.OUTPUTS);
            bucket.put("kept", new ByteArrayInputStream(new byte[300_000]));
            long before = messages(nats);
            bucket.put("gone", new ByteArrayInputStream(new byte[300_000]));
            assertThat(messages(nats)).isGreaterThan(before);

            bucket.delete("gone");
            bucket.delete("gone");
            bucket.delete("never there");

            assertThat(messages(nats)).isEqualTo(before);
            assertThat(bucket.get("gone")).isEmpty();
            assertThat(bucket.get("kept"))
                    .get()
                    .satisfies(bytes -> assertThat(bytes).hasSize(300_000));
        }
    }

    @Test
    void givenAValueThatDoesNotFitWhenStoredThenThatIsSaidAndNothingOfItStays() throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            var sizes = Records.with(TopologyConfig.LOCAL.sizes(), "outputs", 1 << 20);
            Topology.create(nats, Records.with(TopologyConfig.LOCAL, "sizes", sizes));
            var bucket = nats.objectBucket(Subjects.OUTPUTS);
            bucket.put("kept", new ByteArrayInputStream(new byte[300_000]));
            long before = messages(nats);

            assertThatThrownBy(() -> bucket.put("large", new ByteArrayInputStream(new byte[2_000_000])))
                    .isInstanceOf(BusException.StreamFull.class);

            assertThat(messages(nats)).isEqualTo(before);
            assertThat(bucket.get("large")).isEmpty();
            bucket.put("other", new ByteArrayInputStream(new byte[300_000]));
        }
    }

    private static long messages(Nats nats) throws Exception {
        return nats.connection()
                .jetStreamManagement()
                .getStreamInfo("OBJ_" + Subjects.OUTPUTS)
                .getStreamState()
                .getMsgCount();
    }

    /** Never ends; returns its second piece when the server is down. */
    private static final class Breaking extends InputStream {
        private final NatsServer server;
        private final Nats nats;
        private boolean begun;

        Breaking(NatsServer server, Nats nats) {
            this.server = server;
            this.nats = nats;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (begun) {
                server.kill();
                while (nats.isConnected()) {
                    Thread.onSpinWait();
                }
            }
            begun = true;
            return length;
        }
    }
}
