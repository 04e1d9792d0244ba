package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests sources on the whole platform: messages are sent by curl, and the process that submits them is killed. */
class SourcesIT extends PlatformOfProcesses {
    private static final int MESSAGES = 60;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private String curl;

    SourcesIT() {
        super("echo \"$1 $FAAS_TRIGGER\"", Map.of());
    }

    @BeforeEach
    void createKey() throws Exception {
        var key = client.run("key", "create", "sender", "--scope", "read,invoke,functions")
                .orThrow()
                .strip();
        curl = "curl -sS --fail-with-body -H 'Authorization: Bearer " + key + "' ";
    }

    private JsonNode call(String path, String rest) throws Exception {
        var answer =
                client.shell(curl + platform.api() + "/v1/" + path + " " + rest).orThrow();
        return Codec.readTree(answer.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode create(String kind, String body) throws Exception {
        return call(kind, "-H 'Content-Type: application/json' -d '" + body + "'");
    }

    @Test
    void givenTheRegistryIsKilledInTheMiddle_whenAllMessagesAreSubmitted_thenEachHasOneActivation() throws Exception {
        var source = create("sources", "{\"name\": \"orders\", \"function\": \"report\", \"subject\": \"orders.*\"}")
                .path("id")
                .asText();
        var sender = client.start(List.of(
                "bash",
                "-uc",
                "set -e; for i in $(seq " + MESSAGES + "); do " + curl + " -o answer " + platform.api()
                        + "/v1/subjects/orders.new -d \"m$i\"; done"));
        Await.until("some are submitted", LIMIT, () -> client.activations().size() >= 10);
        platform.kill("registry");
        platform.start("registry");
        assertThat(sender.waitFor()).as("publishing needs no registry").isZero();

        var activations = client.awaitEachRanOnce(MESSAGES);

        assertThat(activations).allSatisfy(each -> {
            assertThat(each.at("/trigger/type").asText()).isEqualTo("source");
            assertThat(each.at("/trigger/id").asText()).isEqualTo(source);
        });
        assertThat(activations.stream()
                        .map(each -> each.at("/trigger/key").asText())
                        .collect(Collectors.toSet()))
                .as("one of each message")
                .hasSize(MESSAGES);
        var last = activations.getFirst().path("activationId").asText();
        assertThat(client.run("act", "result", last).orThrow()).matches("m[0-9]+ source\n");
        Await.until(
                "all are acknowledged",
                LIMIT,
                () -> call("sources/orders", "").path("lag").asInt(-1) == 0);
        assertThat(client.activations()).hasSize(MESSAGES);
    }

    /** A chain: each end of the first function is published on a subject, whose source calls the second one. */
    @Test
    void givenADestinationOnASubject_whenAnActivationEnds_thenItsSourceSubmitsTheNext() throws Exception {
        client.run("fn", "create", "next", "--image", images.script("echo \"got $1\""))
                .orThrow();
        create(
                "sources",
                "{\"name\": \"ends\", \"function\": \"next\", \"subject\": \"ends.>\","
                        + " \"body\": {\"as\": \"pointer\", \"pointer\": \"/data/result\"}}");
        create(
                "destinations",
                "{\"name\": \"chain\", \"kind\": \"subject\", \"subject\": \"ends.report\","
                        + " \"events\": [\"activation.succeeded\"], \"functions\": [\"report\"]}");

        client.run("invoke", "report", "full").orThrow();

        var activations = client.awaitEachRanOnce(2);
        var next = named(activations, "next");
        assertThat(next.at("/cause/activationId").asText())
                .isEqualTo(named(activations, "report").path("activationId").asText());
        assertThat(next.at("/trigger/type").asText()).isEqualTo("source");
        assertThat(client.run("act", "result", next.path("activationId").asText())
                        .orThrow())
                .isEqualTo("got full \n\n");
    }

    private static JsonNode named(List<JsonNode> activations, String function) {
        return activations.stream()
                .filter(each -> each.at("/function/name").asText().equals(function))
                .findFirst()
                .orElseThrow();
    }
}
