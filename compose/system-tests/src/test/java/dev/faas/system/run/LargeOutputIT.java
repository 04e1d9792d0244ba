package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.Directories;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Tests the largest possible result and log: read from the event stream, then from the long-term copy, whole and in ranges,
 * until they expire.
 */
class LargeOutputIT {
    private static final int SIZE = 16 << 20;
    /** Ranges inside chunks, across chunks, and after the last byte. */
    private static final String[] RANGES = {"0-0", "65535-65536", "1000000-9000000", "16777000-"};

    @Test
    void sixteenMebibytesOfResultAndLogComeToTheByteBeforeAndAfterTheyHaveLeftTheBus() throws Exception {
        var data = Files.createTempDirectory("faas-large-");
        var settings = Map.of(
                "FAAS_SLOTS", "2",
                "FAAS_EVENTS_RETENTION", "15s",
                "FAAS_PRUNE_PAUSE", "500ms");
        try (var images = new TestImages(TestImages.dockerHost());
                var platform = Platform.start(UpOptions.local(data, settings))) {
            var ledger = new LedgerRows(platform);
            var ada = Client.register(platform.api());
            var image = images.script(
                    "seq 1 4000000 | head -c " + SIZE + "; seq 4000001 8000000 | head -c " + SIZE + " >&2");
            ada.post(
                            "/v1/functions",
                            Map.of(
                                    "name",
                                    "large",
                                    "image",
                                    image,
                                    "limits",
                                    Map.of("resultKb", 16_384, "logKb", 16_384)))
                    .expect(201);

            var id = ada.run("large", "");

            var record = ada.get("/v1/activations/" + id).expect(200).json();
            assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
            assertThat(record.path("resultBytes").asLong()).isEqualTo(SIZE);
            assertThat(record.path("logBytes").asLong()).isEqualTo(SIZE);
            assertThat(record.path("resultTruncated").asBoolean()).isFalse();
            assertThat(record.path("logTruncated").asBoolean()).isFalse();
            var etag = comesToTheByte(ada, id);
            assertThat(ledger.of(id, LedgerRows.IS_PRUNED))
                    .as("all of it came from the event stream")
                    .isEqualTo("f");

            ledger.await(id, LedgerRows.IS_PRUNED, "t", Duration.ofMinutes(1));

            assertThat(comesToTheByte(ada, id)).isEqualTo(etag);

            // A month later.
            ada.awaitListed(id);
            ledger.age(id, Duration.ofDays(31));
            for (var path : new String[] {"", "/result", "/logs", "/events"}) {
                assertThat(ada.get("/v1/activations/" + id + path).expect(404).code())
                        .isEqualTo("activation_not_found");
            }
            assertThat(ada.get("/v1/activations").expect(200).json().path("items"))
                    .isEmpty();
        } finally {
            Directories.delete(data);
        }
    }

    /** Its ETag. */
    private static String comesToTheByte(Client ada, String id) throws IOException, InterruptedException {
        var result = numbers(1);
        var log = numbers(4_000_001);
        var path = "/v1/activations/" + id + "/result";
        var whole = ada.get(path).expect(200);
        assertThat(whole.body().getBytes()).isEqualTo(result);
        assertThat(whole.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(ada.get("/v1/activations/" + id + "/logs").expect(200).body().getBytes())
                .isEqualTo(log);
        for (var range : RANGES) {
            var bounds = range.split("-");
            int from = Integer.parseInt(bounds[0]);
            int to = bounds.length == 1 ? SIZE : Integer.parseInt(bounds[1]) + 1;
            var part = ada.get(path, "Range", "bytes=" + range, "If-Range", whole.header("ETag"))
                    .expect(206);
            assertThat(part.header("Content-Range")).isEqualTo("bytes " + from + "-" + (to - 1) + "/" + SIZE);
            assertThat(part.body().getBytes()).isEqualTo(Arrays.copyOfRange(result, from, to));
        }
        var behind = ada.get(path, "Range", "bytes=" + SIZE + "-").expect(416);
        assertThat(behind.code()).isEqualTo("range_not_satisfiable");
        assertThat(behind.header("Content-Range")).isEqualTo("bytes */" + SIZE);
        ada.get(path, "If-None-Match", whole.header("ETag")).expect(304);
        return whole.header("ETag");
    }

    /** The output of {@code seq}. */
    private static byte[] numbers(int first) {
        var bytes = new ByteArrayOutputStream(SIZE + 16);
        for (int i = first; bytes.size() < SIZE; i++) {
            bytes.writeBytes((i + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        return Arrays.copyOf(bytes.toByteArray(), SIZE);
    }
}
