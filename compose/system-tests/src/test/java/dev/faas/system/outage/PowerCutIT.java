package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.NatsCluster;
import dev.faas.local.NatsServer;
import dev.faas.local.Sync;
import dev.faas.testing.Await;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests which acknowledged messages survive a power cut, for both settings of {@code FAAS_SYNC}. The three servers share one
 * disk, so all lose power at once. Needs root, for its own disk.
 */
@Timeout(180)
class PowerCutIT {
    private static final Path CONFIGURATION = Path.of("..", "nats.conf");
    private static final int DISK_MB = 96;
    private static final String STREAM = "KEPT";
    private static final String LAST = "acknowledged-last";
    /** Less than the 30 s after which the kernel writes by itself. */
    private static final Duration PEERS_LIMIT = Duration.ofSeconds(30);

    private static final Duration INTERVAL_LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private record Servers(String url, AutoCloseable running) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try {
                running.close();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void givenSyncAlwaysWhenThePowerFailsAfterTheAcknowledgementThenTheMessageIsThere(int servers) throws Exception {
        assertThat(messagesAfterPowerCut(servers, Sync.ALWAYS.variables())).isEqualTo(2);
    }

    /** Shows that the test above can fail. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void givenALongIntervalWhenThePowerFailsAfterTheAcknowledgementThenTheMessageIsLost(int servers) throws Exception {
        assertThat(messagesAfterPowerCut(servers, Map.of("FAAS_NATS_SYNC", "600s")))
                .isEqualTo(1);
    }

    @Test
    void givenSyncIntervalWhenItHasPassedThenTheMessageIsOnTheDisk() throws Exception {
        try (var disk = LoopDisk.make(directory.resolve("before"), DISK_MB);
                var nats = start(1, disk, Sync.INTERVAL.variables())) {
            publishTwice(1, nats, disk);
            Await.until("synced", INTERVAL_LIMIT, () -> disk.holds(LAST));
        }
    }

    /** Publishes two messages: the first is always on the disk, the second depends on the setting. */
    private long messagesAfterPowerCut(int servers, Map<String, String> sync) throws Exception {
        try (var disk = LoopDisk.make(directory.resolve("before"), DISK_MB);
                var nats = start(servers, disk, sync)) {
            publishTwice(servers, nats, disk);
            try (var after = disk.afterPowerCut(directory.resolve("after"));
                    var again = start(servers, after, sync)) {
                return messages(again);
            }
        }
    }

    private static long messages(Servers nats) throws Exception {
        var client = connect(nats);
        try {
            return client.jetStreamManagement()
                    .getStreamInfo(STREAM)
                    .getStreamState()
                    .getMsgCount();
        } finally {
            client.close();
        }
    }

    /** Both are acknowledged; a sync of the file system between them writes the first. */
    private static void publishTwice(int replicas, Servers nats, LoopDisk disk) throws Exception {
        var client = connect(nats);
        try {
            var stream = StreamConfiguration.builder()
                    .name(STREAM)
                    .subjects("events.>")
                    .replicas(replicas)
                    .build();
            Await.until("all servers take replicas", PEERS_LIMIT, () -> isAdded(client, stream));
            client.jetStream().publish("events.first", bytes("acknowledged-first"));
            disk.sync();
            client.jetStream().publish("events.last", bytes(LAST));
        } finally {
            client.close();
        }
    }

    private static boolean isAdded(Connection client, StreamConfiguration stream) throws IOException {
        try {
            client.jetStreamManagement().addStream(stream);
            return true;
        } catch (JetStreamApiException peerOffline) {
            return false;
        }
    }

    private static Servers start(int servers, LoopDisk disk, Map<String, String> sync) throws IOException {
        var variables = new HashMap<>(sync);
        for (var user : new String[] {"REGISTRY", "GATEWAY", "SPAWNER", "AUTH"}) {
            variables.put("FAAS_NATS_" + user + "_PASSWORD", "secret");
        }
        var folder = disk.root().resolve("nats");
        if (servers == 1) {
            var server = NatsServer.start(folder, CONFIGURATION, variables);
            return new Servers(server.url(), server);
        }
        var cluster = NatsCluster.start(folder, CONFIGURATION, variables, (from, to, target) -> target);
        return new Servers(cluster.url(), cluster);
    }

    private static Connection connect(Servers nats) throws Exception {
        return Nats.connect(Options.builder()
                .server(nats.url())
                .userInfo("registry", "secret")
                .inboxPrefix("_INBOX_registry")
                .build());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
