package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.wire.Subjects;
import io.nats.client.Options;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a full JetStream: filled by one user's functions, and filled at once. */
@Timeout(300)
class BusFullIT {
    private static final Duration NOTICED = Duration.ofSeconds(60);
    private static final Duration RECOVERED = Duration.ofSeconds(60);
    private static final int FLOODS = 6;
    private static final int FLOOD_KB = 16_384;
    private static final int EVENTS_MB = 64;

    @TempDir
    Path data;

    @Test
    void outputThatFillsItIsCutOffWithAFlagAndOthersGoOnWithinAMinuteThoughResultsStayForLonger() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var platform =
                        Platform.start(UpOptions.local(data, Map.of("FAAS_EVENTS_MB", Integer.toString(EVENTS_MB))));
                var load = SteadyLoad.start(platform, images)) {
            var ada = Client.register(platform.api());
            ada.post(
                            "/v1/functions",
                            Map.of(
                                    "name",
                                    "flood",
                                    "image",
                                    // All outputs are stored before the first run ends, and no run ends before all
                                    // are.
                                    images.script("/bin/busybox head -c 17000000 /dev/zero; /bin/busybox sleep 20"),
                                    "limits",
                                    Map.of("resultKb", FLOOD_KB)))
                    .expect(201);
            var floods = new ArrayList<String>();
            for (int i = 0; i < FLOODS; i++) {
                floods.add(ada.submit("flood", ""));
            }

            load.awaitRefusal(NOTICED).expectUnavailable("nats");

            long kept = 0;
            int cutOff = 0;
            for (var id : floods) {
                var record = ada.ended(id);
                assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
                assertThat(record.path("resultTruncated").asBoolean())
                        .as(record.toString())
                        .isTrue();
                long bytes = record.path("resultBytes").asLong();
                cutOff += bytes < FLOOD_KB * 1024L ? 1 : 0;
                kept += bytes;
            }
            assertThat(cutOff).as("outputs that did not fit into JetStream").isPositive();
            assertThat(kept).isLessThan(EVENTS_MB * 1024L * 1024);
            load.awaitAcceptance(RECOVERED);
            load.accountForAll(platform);
            var whole =
                    ada.get("/v1/activations/" + floods.getFirst() + "/result").expect(200);
            assertThat((long) whole.body().length())
                    .isEqualTo(ada.ended(floods.getFirst()).path("resultBytes").asLong());
        }
    }

    /** Even the ends of runs cannot be stored, for longer than a lease. */
    @Test
    void withoutRoomForAnythingWhatRunsEndsOnceThereIsSome() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var platform = Platform.start(UpOptions.local(data, Map.of()));
                var load = SteadyLoad.start(platform, images)) {
            long limit = limit(platform, 1);
            load.awaitNothingBut(false, Duration.ofSeconds(20)).forEach(reply -> reply.expectUnavailable("nats"));
            load.client().get("/v1/activations").expect(200);
            load.client().refresh().expect(200);
            limit(platform, limit);

            load.awaitAcceptance(RECOVERED);
            load.accountForAll(platform);
        }
    }

    /** What it was. */
    private static long limit(Platform platform, long bytes) throws Exception {
        var bus = platform.settingsOf("registry");
        var login = Options.builder()
                .server(bus.get("FAAS_NATS_URL"))
                .userInfo(bus.get("FAAS_NATS_USER"), bus.get("FAAS_NATS_PASSWORD"))
                .inboxPrefix("_INBOX_registry")
                .build();
        return Processes.limit(login, Subjects.EVENTS, bytes);
    }
}
