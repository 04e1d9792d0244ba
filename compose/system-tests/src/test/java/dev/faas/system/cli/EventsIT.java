package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.local.ReservedPort;
import dev.faas.testing.Await;
import dev.faas.testing.Pause;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests callbacks and the feed on the whole platform: with the client, the receiver of the guide, and curl. */
class EventsIT extends PlatformOfProcesses {
    private static final Path RECEIVER = Path.of("..", "..", "docs", "receivers", "receiver.py")
            .toAbsolutePath()
            .normalize();
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final int ITEMS = 120;

    EventsIT() {
        super("echo \"$1\"", Map.of("FAAS_OUTGOING_ALLOW", "127.0.0.1"));
    }

    /** The receiver refuses what is not signed by the secret that it has. */
    @Test
    void givenACallback_whenTheCallEnds_thenTheReceiverGetsItSigned() throws Exception {
        int port = ReservedPort.free();
        var url = "http://127.0.0.1:" + port + "/done";
        assertThat(client.run("invoke", "report", "x", "--async", "--callback", url)
                        .exit())
                .as("without a secret")
                .isEqualTo(6);
        var secret = client.run("callback-secret", "rotate").orThrow().strip();
        var receiver = client.start(List.of(
                "bash", "-uc", "exec env SECRET=%s PORT=%d python3 %s > received".formatted(secret, port, RECEIVER)));
        try {
            Await.until("a listener", LIMIT, () -> {
                try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    return true;
                } catch (IOException e) {
                    return false;
                }
            });

            var id = client.run("invoke", "report", "x", "--async", "--callback", url, "--callback-on", "success")
                    .orThrow()
                    .strip();

            Await.until("the callback", LIMIT, () -> !lines("received").isEmpty());
            assertThat(lines("received")).hasSize(1).first().asString().startsWith("evt_" + id + " {");
            var deliveries = json(client.run("delivery", "list", "-o", "json").orThrow());
            assertThat(deliveries).hasSize(1);
            assertThat(client.run("destination", "list").orThrow()).doesNotContain("127.0.0.1");
        } finally {
            receiver.destroy();
            receiver.waitFor();
        }
    }

    @Test
    void givenManyStates_whenTheFeedIsCutInTheMiddle_thenItGoesOnWithNoneMissingAndNoneTwice() throws Exception {
        Files.writeString(
                client.home().resolve("items"),
                IntStream.range(0, ITEMS).mapToObj(i -> "a" + i + "\n").collect(Collectors.joining()));
        try (var other = InstalledClient.of(platform.api())) {
            var first = read(client, "first", "");
            var ofOther = read(other, "all", "");
            // Which of the first events are published, the registry decides within a second.
            Pause.of(Duration.ofMillis(1_500));
            var batch =
                    client.run("invoke", "report", "--batch", "items").orThrow().strip();
            Await.until("some events", LIMIT, () -> events(client, "first").size() > 80);
            first.destroyForcibly().waitFor();
            var before = events(client, "first");
            var second = read(client, "second", before.getLast().id);
            try {
                Await.until(
                        "all ends",
                        LIMIT,
                        () -> Stream.concat(before.stream(), events(client, "second").stream())
                                        .filter(event -> event.type.equals("activation.succeeded"))
                                        .count()
                                == ITEMS);
                Await.until(
                        "the end of the batch",
                        LIMIT,
                        () -> events(client, "second").stream().anyMatch(event -> event.type.equals("batch.ended")));
            } finally {
                second.destroyForcibly().waitFor();
                ofOther.destroyForcibly().waitFor();
            }

            var all = Stream.concat(before.stream(), events(client, "second").stream())
                    .filter(event -> event.type.startsWith("activation."))
                    .toList();
            assertThat(all)
                    .allMatch(event -> event.data.at("/data/batch/id").asText().equals(batch));
            assertThat(all)
                    .extracting(event -> event.data.at("/data/sequence").asLong())
                    .doesNotHaveDuplicates();
            var byActivation = all.stream()
                    .collect(Collectors.groupingBy(
                            event -> event.data.at("/data/activationId").asText(),
                            Collectors.mapping(event -> event.type, Collectors.toSet())));
            assertThat(byActivation).hasSize(ITEMS);
            assertThat(byActivation.values())
                    .allSatisfy(types -> assertThat(types)
                            .containsExactlyInAnyOrder(
                                    "activation.queued", "activation.running", "activation.succeeded"));
            assertThat(all.size()).isGreaterThanOrEqualTo(3 * ITEMS);
            assertThat(events(other, "all")).isEmpty();
        }
    }

    private record Event(String id, String type, JsonNode data) {}

    /** Only what is complete. */
    private static List<Event> events(InstalledClient of, String file) throws IOException {
        var text = Files.readString(of.home().resolve(file));
        return Stream.of(text.substring(0, text.lastIndexOf("\n\n") + 1).split("\n\n"))
                .filter(frame -> frame.contains("data: "))
                .map(frame -> {
                    var data = json(frame.substring(frame.indexOf("data: ") + "data: ".length()));
                    var id = frame.substring(
                            frame.indexOf("id: ") + "id: ".length(), frame.indexOf('\n', frame.indexOf("id: ")));
                    return new Event(id, data.path("type").asText(), data);
                })
                .toList();
    }

    /** Returns when the stream has begun. */
    private Process read(InstalledClient by, String file, String after) throws Exception {
        var key = by.run("key", "create", file, "--scope", "read").orThrow().strip();
        var reader = by.start(List.of(
                "curl",
                "-sS",
                "-N",
                "-o",
                by.home().resolve(file).toString(),
                "-H",
                "Authorization: Bearer " + key,
                "-H",
                "Last-Event-ID: " + after,
                platform.api() + "/v1/events"));
        Await.until(
                "the stream",
                LIMIT,
                () -> Files.exists(by.home().resolve(file))
                        && Files.size(by.home().resolve(file)) > 0);
        return reader;
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(client.home().resolve(file));
    }

    private static JsonNode json(String text) {
        return Codec.readTree(text.getBytes(StandardCharsets.UTF_8));
    }
}
