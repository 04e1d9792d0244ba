package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.NatsServer;
import dev.faas.local.Sync;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a power cut leaves of acknowledged messages, by the setting of {@code FAAS_SYNC}. Needs root, for a disk of its own. */
@Timeout(120)
class PowerCutIT {
    private static final Path CONFIGURATION = Path.of("..", "nats.conf");
    private static final int DISK_MB = 64;
    private static final String STREAM = "KEPT";
    private static final String LAST = "acknowledged-last";
    /** The kernel itself writes only what is older than 30 s. */
    private static final Duration INTERVAL_LIMIT = Duration.ofSeconds(25);

    @TempDir
    Path directory;

    @Test
    void givenSyncAlwaysWhenThePowerFailsAfterTheAcknowledgementThenTheMessageIsThere() throws Exception {
        assertThat(messagesAfterPowerCut(Sync.ALWAYS.variables())).isEqualTo(2);
    }

    /** So that the test above can fail. */
    @Test
    void givenALongIntervalWhenThePowerFailsAfterTheAcknowledgementThenTheMessageIsLost() throws Exception {
        assertThat(messagesAfterPowerCut(Map.of("FAAS_NATS_SYNC", "600s"))).isEqualTo(1);
    }

    @Test
    void givenSyncIntervalWhenItHasPassedThenTheMessageIsOnTheDisk() throws Exception {
        try (var disk = LoopDisk.make(directory.resolve("before"), DISK_MB);
                var nats = start(disk, Sync.INTERVAL.variables())) {
            publishTwice(nats, disk);
            assertThat(disk.holds(LAST)).as("synced at once").isFalse();
            long limit = System.nanoTime() + INTERVAL_LIMIT.toNanos();
            while (!disk.holds(LAST)) {
                assertThat(System.nanoTime())
                        .as("not synced within " + INTERVAL_LIMIT)
                        .isLessThan(limit);
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            }
        }
    }

    /** Of two: the first is on the disk in any case, the second is as safe as the setting makes it. */
    private long messagesAfterPowerCut(Map<String, String> sync) throws Exception {
        try (var disk = LoopDisk.make(directory.resolve("before"), DISK_MB);
                var nats = start(disk, sync)) {
            publishTwice(nats, disk);
            try (var after = disk.afterPowerCut(directory.resolve("after"));
                    var again = start(after, sync);
                    var client = connect(again)) {
                return client.jetStreamManagement()
                        .getStreamInfo(STREAM)
                        .getStreamState()
                        .getMsgCount();
            }
        }
    }

    /** Each is acknowledged; between them all that the disk's kernel holds is written. */
    private static void publishTwice(NatsServer nats, LoopDisk disk) throws Exception {
        try (var client = connect(nats)) {
            client.jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name(STREAM)
                            .subjects("events.>")
                            .build());
            client.jetStream().publish("events.first", bytes("acknowledged-first"));
            disk.sync();
            client.jetStream().publish("events.last", bytes(LAST));
        }
    }

    private static NatsServer start(LoopDisk disk, Map<String, String> sync) throws IOException {
        var variables = new HashMap<>(sync);
        for (var user : new String[] {"REGISTRY", "GATEWAY", "SPAWNER", "AUTH"}) {
            variables.put("FAAS_NATS_" + user + "_PASSWORD", "secret");
        }
        return NatsServer.start(disk.root().resolve("nats"), CONFIGURATION, variables);
    }

    private static Connection connect(NatsServer nats) throws Exception {
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
