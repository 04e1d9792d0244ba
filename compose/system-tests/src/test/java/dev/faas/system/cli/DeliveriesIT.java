package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.local.ReservedPort;
import dev.faas.testing.Await;
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
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests webhooks as a user has them: typed with the client, sent by the whole platform, checked by the receivers of the guide. */
class DeliveriesIT extends PlatformOfProcesses {
    private static final Path DOCS =
            Path.of("..", "..", "docs").toAbsolutePath().normalize();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    DeliveriesIT() {
        super("echo \"$1\"", Map.of("FAAS_OUTGOING_ALLOW", "127.0.0.1"));
    }

    @BeforeEach
    void createSchedule() throws Exception {
        client.run("schedule", "create", "nightly", "--function", "report", "--cron", "@yearly", "--argument", "full")
                .orThrow();
    }

    /** The commands of the guide, with a free port. The receiver refuses what is not signed by the secret that it has. */
    @ParameterizedTest
    @ValueSource(strings = {"python3 receiver.py", "node receiver.mjs", "java Receiver.java"})
    void eachReceiverOfTheGuideGetsASignedEvent(String receiver) throws Exception {
        int port = ReservedPort.free();
        var program = receiver.split(" ");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = (program[0].equals("java") ? java : program[0]) + " " + DOCS.resolve("receivers/" + program[1]);
        var lines =
                webhookGuide().replace("8008", Integer.toString(port)).lines().toList();
        assertThat(lines).hasSize(4);
        client.shell(lines.get(0)).orThrow();
        var begun = client.start(List.of(
                "bash",
                "-uc",
                "exec env " + lines.get(1).replace("python3 docs/receivers/receiver.py &", command + " > received")));
        try {
            awaitListener(port);

            var id = client.shell(lines.get(2)).orThrow().strip();
            Await.until(
                    "an event",
                    LIMIT,
                    () -> Files.readString(client.home().resolve("received")).contains("evt_" + id));
            Await.until(
                    "its end",
                    LIMIT,
                    () -> deliveries().getFirst().path("state").asText().equals("succeeded"));

            var received = Files.readAllLines(client.home().resolve("received")).stream()
                    .filter(line -> line.startsWith("evt_"))
                    .toList();
            assertThat(received).hasSize(1);
            var event = Codec.readTree(received.getFirst()
                    .substring(received.getFirst().indexOf(' '))
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(event.path("type").asText()).isEqualTo("activation.succeeded");
            assertThat(event.at("/data/activationId").asText()).isEqualTo(id);
            assertThat(event.at("/data/result").asText()).isEqualTo("full\n");
            assertThat(client.shell(lines.get(3)).orThrow()).contains("activation.succeeded");
        } finally {
            begun.destroy();
            begun.waitFor();
        }
    }

    @Test
    void givenAReceiverThatFailsOnce_whenAnEventIsSent_thenItComesAgain_andOnceMoreWhenItIsAskedFor() throws Exception {
        try (var receiver = new WebhookReceiver(503)) {
            faas("destination", "create", "log", "--url", receiver.url(), "--events", "activation.succeeded");

            var id = faas("schedule", "trigger", "nightly").strip();
            Await.until(
                    "two attempts",
                    LIMIT,
                    () -> deliveries().stream()
                            .anyMatch(
                                    delivery -> delivery.path("state").asText().equals("succeeded")));
            var delivery = deliveries().getFirst().path("deliveryId").asText();
            var attempts = Codec.readTree(
                            faas("delivery", "get", delivery, "-o", "json").getBytes(StandardCharsets.UTF_8))
                    .path("attempts");
            assertThat(attempts.findValuesAsText("status")).containsExactlyInAnyOrder("503", "204");

            faas("delivery", "redeliver", delivery);
            Await.until("three requests", LIMIT, () -> receiver.ids().size() == 3);
            assertThat(receiver.ids()).containsOnly("evt_" + id);
        }
    }

    /** Its argument is what the first one wrote. */
    @Test
    void givenAChain_whenAFunctionIsInvoked_thenTheNextOneRunsOnceWithItsResult() throws Exception {
        faas("fn", "create", "next", "--image", images.script("echo \"next got $1\""));
        faas(
                "destination",
                "create",
                "log",
                "--function",
                "next",
                "--functions",
                "report",
                "--events",
                "activation.succeeded");

        var id = faas("invoke", "report", "x", "--async").strip();
        Await.until(
                "the call",
                LIMIT,
                () -> deliveries().stream()
                        .anyMatch(delivery -> delivery.path("state").asText().equals("succeeded")));

        var next = deliveries().getFirst().path("submittedActivationId").asText();
        Await.until(
                "its result", LIMIT, () -> record(next).path("status").asText().equals("succeeded"));
        assertThat(record(next).path("result").asText().strip()).isEqualTo("next got x");
        assertThat(record(next).at("/cause/activationId").asText()).isEqualTo(id);
        assertThat(deliveries()).hasSize(1);
    }

    private JsonNode record(String activation) throws Exception {
        return Codec.readTree(
                faas("activation", "get", activation, "-o", "json").getBytes(StandardCharsets.UTF_8));
    }

    private static String webhookGuide() throws IOException {
        var block =
                Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOCS.resolve("events.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static void awaitListener(int port) {
        Await.until("a listener", LIMIT, () -> {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    private String faas(String... words) throws Exception {
        return client.run(words).orThrow();
    }

    private List<JsonNode> deliveries() throws IOException, InterruptedException {
        var items = Codec.readTree(client.run("delivery", "list", "--destination", "log", "-o", "json")
                .orThrow()
                .getBytes(StandardCharsets.UTF_8));
        return StreamSupport.stream(items.spliterator(), false).toList();
    }
}
