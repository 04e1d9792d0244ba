package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Tests batches on the whole platform: with the client, and with a sender whose request is cut off. */
class BatchesIT extends PlatformOfProcesses {
    private static final int ITEMS = 60;
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final String KEY = "one-batch";

    BatchesIT() {
        super("echo \"$1 $FAAS_BATCH_ID $FAAS_BATCH_INDEX\"", Map.of("FAAS_OUTGOING_ALLOW", "127.0.0.1"));
    }

    @Test
    void givenABatch_whenAllItsItemsHaveRun_thenItEndsAndItsEventArrivesOnce() throws Exception {
        try (var receiver = new WebhookReceiver()) {
            client.run("destination", "create", "log", "--url", receiver.url(), "--events", "batch.ended")
                    .orThrow();
            writeItems();

            var id =
                    client.run("invoke", "report", "--batch", "items").orThrow().strip();
            awaitEnd(id);

            assertThat(batch(id).path("counts")).isEqualTo(json("{\"succeeded\": 60}"));
            var items = items(id);
            assertThat(items.stream().map(item -> item.path("index").asInt()))
                    .containsExactlyElementsOf(IntStream.range(0, ITEMS).boxed().toList());
            var last = items.getLast().path("activationId").asText();
            assertThat(client.run("act", "result", last).orThrow()).isEqualTo("a59 " + id + " 59\n");
            assertThat(client.activations()).hasSize(ITEMS);
            var event = receiver.await("batch.ended");
            // Another batch of the same items: were the first event sent again, it would be here before this one.
            client.run("invoke", "report", "--batch", "items", "--idempotency-key", "other")
                    .orThrow();
            Await.until("the second event", LIMIT, () -> receiver.ids().size() == 2);
            assertThat(event.at("/data/batchId").asText()).isEqualTo(id);
            assertThat(event.at("/data/accepted").asInt()).isEqualTo(ITEMS);
        }
    }

    @Test
    void givenTheGatewayIsKilledInTheMiddle_whenTheRequestIsRepeatedWithItsKey_thenEachItemRunsOnce() throws Exception {
        writeItems();
        var key = client.run("key", "create", "sender", "--scope", "read,invoke")
                .orThrow()
                .strip();
        var sender = client.start(List.of(
                "bash",
                "-uc",
                "(head -n 40 items; exec sleep 60) | curl -sS -N -T - -X POST -H 'Content-Type: application/x-ndjson'"
                        + " -H 'Authorization: Bearer " + key + "' -H 'Idempotency-Key: " + KEY + "' "
                        + platform.api() + "/v1/functions/report/batches"));
        try {
            Await.until(
                    "some items are accepted", LIMIT, () -> client.activations().size() >= 15);
            platform.kill("gateway");
            platform.start("gateway");
        } finally {
            sender.descendants().forEach(ProcessHandle::destroy);
            sender.destroy();
            sender.waitFor();
        }
        assertThat(onlyBatch().path("state").asText()).isEqualTo("open");

        var id = client.run("invoke", "report", "--batch", "items", "--idempotency-key", KEY)
                .orThrow()
                .strip();

        assertThat(onlyBatch().path("batchId").asText()).isEqualTo(id);
        awaitEnd(id);
        assertThat(batch(id).path("counts")).isEqualTo(json("{\"succeeded\": 60}"));
        var activations = client.awaitEachRanOnce(ITEMS);
        assertThat(activations.stream()
                        .map(each -> each.at("/batch/index").asInt())
                        .collect(Collectors.toSet()))
                .hasSize(ITEMS);
    }

    private void writeItems() throws IOException {
        Files.writeString(
                client.home().resolve("items"),
                IntStream.range(0, ITEMS)
                        .mapToObj("{\"argument\": \"a%d\"}\n"::formatted)
                        .collect(Collectors.joining()));
    }

    private void awaitEnd(String id) {
        Await.until(
                "the end of the batch", LIMIT, () -> !batch(id).path("endedAt").isNull());
    }

    private JsonNode batch(String id) throws Exception {
        return json(client.run("batch", "get", id, "-o", "json").orThrow());
    }

    private JsonNode onlyBatch() throws Exception {
        var batches = json(client.run("batch", "list", "-o", "json").orThrow());
        assertThat(batches).hasSize(1);
        return batches.get(0);
    }

    private List<JsonNode> items(String id) throws Exception {
        var items = json(client.run("batch", "items", id, "--all", "-o", "json").orThrow());
        return StreamSupport.stream(items.spliterator(), false).toList();
    }

    private static JsonNode json(String text) {
        return Codec.readTree(text.getBytes(StandardCharsets.UTF_8));
    }
}
