package dev.faas.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.local.NatsServer;
import dev.faas.nats.TopologyConfig.Sizes;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Subjects;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.StreamConfiguration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams and buckets have sizes, also those that an earlier version made without. */
class StoreSizesTest {
    private static final long MEBIBYTE = 1 << 20;
    /** More than any disk has. */
    private static final long ENDLESS = 1L << 50;

    private static final Map<String, Long> SIZES = Map.ofEntries(
            Map.entry("ACTIVATIONS", 1_024 * MEBIBYTE),
            Map.entry("INBOX", 1_024 * MEBIBYTE),
            Map.entry("RETRIES", 512 * MEBIBYTE),
            Map.entry("EVENTS", 2_048 * MEBIBYTE),
            Map.entry("FEED", 1_024 * MEBIBYTE),
            Map.entry("KV_FEEDS", 8 * MEBIBYTE),
            Map.entry("KV_FUNCTIONS", 256 * MEBIBYTE),
            Map.entry("KV_KEYS", MEBIBYTE),
            Map.entry("KV_APIKEYS", 32 * MEBIBYTE),
            Map.entry("KV_REVOKED", 16 * MEBIBYTE),
            Map.entry("KV_SUSPENDED", 8 * MEBIBYTE),
            Map.entry("KV_SPAWNERS", 4 * MEBIBYTE),
            Map.entry("KV_IDEMPOTENCY", 64 * MEBIBYTE),
            Map.entry("KV_GATEWAY", MEBIBYTE),
            Map.entry("KV_USAGE", 8 * MEBIBYTE),
            Map.entry("KV_SECRETS", 256 * MEBIBYTE),
            Map.entry("KV_HOOKS", 32 * MEBIBYTE),
            Map.entry("KV_HOOK_KEYS", 64 * MEBIBYTE),
            Map.entry("KV_IMAGES", 64 * MEBIBYTE));

    @TempDir
    private Path directory;

    @AutoClose
    private NatsServer server;

    @AutoClose
    private Nats nats;

    private JetStreamManagement management;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        management = nats.connection().jetStreamManagement();
    }

    private Map<String, Long> sizes() throws Exception {
        var sizes = new TreeMap<String, Long>();
        for (var name : management.getStreamNames()) {
            sizes.put(name, management.getStreamInfo(name).getConfiguration().getMaxBytes());
        }
        return sizes;
    }

    private void assertSized() throws Exception {
        var found = sizes();
        assertThat(found.remove("OBJ_OUTPUTS")).isBetween(256 * MEBIBYTE, 16_384 * MEBIBYTE);
        assertThat(found).containsExactlyInAnyOrderEntriesOf(SIZES);
    }

    private void removeSizes() throws Exception {
        for (var name : management.getStreamNames()) {
            var config = management.getStreamInfo(name).getConfiguration();
            management.updateStream(
                    StreamConfiguration.builder(config).maxBytes(-1).build());
        }
    }

    @Test
    void givenNoStreams_whenMade_thenEachHasASize_andStaysSoWhenMadeAgain() throws Exception {
        Topology.create(nats, TopologyConfig.LOCAL);
        assertSized();
        var first = sizes();

        Topology.create(nats, TopologyConfig.LOCAL);

        assertThat(sizes()).isEqualTo(first);
    }

    @Test
    void givenStreamsAnEarlierVersionMadeWithoutSizes_whenUpgraded_thenTheyGetThemAndKeepWhatTheyHold()
            throws Exception {
        Topology.create(nats, TopologyConfig.LOCAL);
        removeSizes();
        var keys = nats.kv(Subjects.KEYS);
        // More than its size will be.
        for (int i = 0; i < 3; i++) {
            keys.put("key-" + i, new byte[500_000]).join();
        }
        nats.objectBucket(Subjects.OUTPUTS).put("kept", new ByteArrayInputStream(new byte[300_000]));

        Topology.create(nats, TopologyConfig.LOCAL);

        assertSized();
        for (int i = 0; i < 3; i++) {
            assertThat(keys.get("key-" + i).join().orElseThrow().value().bytes())
                    .hasSize(500_000);
        }
        assertThat(nats.objectBucket(Subjects.OUTPUTS).get("kept").orElseThrow())
                .hasSize(300_000);
        keys.delete("key-0").join();
        keys.delete("key-1").join();
        keys.put("key-2", new byte[100]).join();
    }

    /** Above 80 % of the size, outputs are removed. The smaller disk has no room for them to grow. */
    @ParameterizedTest
    @ValueSource(ints = {11_660, 11_412})
    void givenOutputsStoredWithoutASize_whenUpgraded_thenAllOfThemAreWithinTheirShareOfIt(int disk) throws Exception {
        try (var small = NatsServer.start(directory.resolve("small"), limitedTo(disk), Map.of());
                var bus = Nats.connect(NatsConfig.local(small.url()), "test")) {
            management = bus.connection().jetStreamManagement();
            Topology.create(bus, TopologyConfig.LOCAL);
            assertThat(mebibytes("OBJ_OUTPUTS")).isEqualTo(256);
            removeSizes();
            bus.objectBucket(Subjects.OUTPUTS).put("kept", new ByteArrayInputStream(new byte[220 * (int) MEBIBYTE]));

            Await.until("NATS, which has much to write, answers", () -> {
                try {
                    Topology.create(bus, TopologyConfig.LOCAL);
                    return true;
                } catch (IOException notYet) {
                    return false;
                }
            });

            assertThat(mebibytes("OBJ_OUTPUTS") * 8 / 10).isBetween(220L, 300L);
            assertThat(mebibytes("ACTIVATIONS")).isEqualTo(1_024);
        }
    }

    /** NATS does not restore streams whose sizes together are more than it may store, which is less on a fuller disk. */
    @ParameterizedTest
    @CsvSource({"14, 1024, 1024", "3, -1, -1"})
    void givenADisk_whenHalfOfItIsLeftAtTheNextStart_thenAllStreamsAreRestored(
            int gigabytes, long activations, long outputs) throws Exception {
        var data = directory.resolve("small");
        Set<String> made;
        try (var small = NatsServer.start(data, limitedTo(1_024 * gigabytes), Map.of());
                var bus = Nats.connect(NatsConfig.local(small.url()), "test")) {
            Topology.create(bus, TopologyConfig.LOCAL);
            management = bus.connection().jetStreamManagement();
            made = sizes().keySet();
            assertThat(mebibytes("ACTIVATIONS")).isEqualTo(activations);
            assertThat(mebibytes("OBJ_OUTPUTS")).isEqualTo(outputs);
            assertThat(mebibytes("EVENTS")).isEqualTo(2_048);
        }
        try (var small = NatsServer.start(data, limitedTo(1_024 * Math.max(3, gigabytes / 2)), Map.of());
                var bus = Nats.connect(NatsConfig.local(small.url()), "test")) {
            management = bus.connection().jetStreamManagement();
            assertThat(sizes().keySet()).isEqualTo(made);
        }
    }

    /** What one of them reserves to find out what has room would be missing for the others. */
    @Test
    void givenRegistriesThatStartAtOnce_whenTheyMakeTheStreams_thenEachStreamHasItsSize() throws Exception {
        try (var small = NatsServer.start(directory.resolve("small"), limitedTo(14_336), Map.of());
                var bus = Nats.connect(NatsConfig.local(small.url()), "test");
                var registries = Executors.newVirtualThreadPerTaskExecutor()) {
            var made = Stream.generate(() -> registries.submit(() -> {
                        Topology.create(bus, TopologyConfig.LOCAL);
                        return true;
                    }))
                    .limit(4)
                    .toList();
            for (var each : made) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isTrue();
            }

            management = bus.connection().jetStreamManagement();
            assertThat(mebibytes("ACTIVATIONS")).isEqualTo(1_024);
            assertThat(mebibytes("OBJ_OUTPUTS")).isEqualTo(1_024);
        }
    }

    @Test
    void givenARegistryThatDiedWhileItMadeTheStreams_whenTheNextOneStarts_thenItMakesThem() throws Exception {
        TopologyLock.take(management);

        Topology.create(nats, TopologyConfig.LOCAL);

        assertSized();
    }

    private Path limitedTo(int mebibytes) throws IOException {
        return Files.writeString(
                directory.resolve(mebibytes + ".conf"), "jetstream { max_file_store: " + mebibytes + "MiB }");
    }

    private long mebibytes(String stream) throws Exception {
        long size = sizes().get(stream);
        return size < 0 ? size : size / MEBIBYTE;
    }

    @Test
    void givenSizesThatTheDiskCannotHold_whenMade_thenOnlyTheEventStreamStopsTheStart() throws Exception {
        Topology.create(
                nats, Records.with(TopologyConfig.LOCAL, "sizes", new Sizes(ENDLESS, ENDLESS, ENDLESS, ENDLESS)));

        assertThat(sizes())
                .containsEntry("ACTIVATIONS", -1L)
                .containsEntry("KV_FUNCTIONS", -1L)
                .containsEntry("OBJ_OUTPUTS", -1L)
                .containsEntry("KV_IMAGES", 64 * MEBIBYTE);
        Topology.create(nats, TopologyConfig.LOCAL);
        assertSized();

        var tooMuch = Records.with(TopologyConfig.LOCAL, "eventsBytes", ENDLESS);
        assertThatThrownBy(() -> Topology.create(nats, tooMuch))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("EVENTS")
                .hasMessageContaining("FAAS_EVENTS_MB");
    }
}
