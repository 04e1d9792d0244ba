package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.Activation;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches on a real event stream. */
class BatchTest {
    private static final String JSON = "application/json";
    private static final String LINES = "application/x-ndjson";

    /** More than are in flight at once. */
    private static final int MANY = 600;

    @AutoClose
    static RunningGateway faas;

    private final PlayedBatches batches = new PlayedBatches();

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("resize");
        faas.function(faas.alice, RunningGateway.spec("full", null, 10));
    }

    @BeforeEach
    void play() {
        faas.registry.answersNothing();
        faas.registry.answers(batches::answer);
    }

    @Test
    void givenItems_whenSubmitted_thenEachHasItsOutcomeAndAnInvalidOneIsRefusedAlone() throws Exception {
        var answer = submit(JSON, """
                {"items": [{"argument": "a", "tags": {"k": "v"}}, {"argument": 1}, {"argument": "b"}]}""");

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        var id = answer.field("batchId");
        assertThat(answer.header("Location")).isEqualTo("/v1/batches/" + id);
        assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
        assertThat(answer.json().path("rejected").asInt()).isEqualTo(1);
        assertThat(answer.text()).doesNotContain("seed");
        var items = byIndex(answer.json().path("items"));
        assertThat(items.get(1).path("status").asInt()).isEqualTo(400);
        assertThat(items.get(1).path("code").asText()).isEqualTo("invalid_request");
        var last = accepted(items.get(2));
        assertThat(Objects.requireNonNull(last.batch()).id()).isEqualTo(id);
        assertThat(last.batch().index()).isEqualTo(2);
        assertThat(last.batch().size()).isEqualTo(3);
        assertThat(argument(last.id())).isEqualTo("b");
        assertThat(accepted(items.get(0)).tags()).isEqualTo(Map.of("k", "v"));
        assertThat(batches.totals.get())
                .isEqualTo(
                        new JsonObject().put("accepted", 2).put("rejected", 1).put("isComplete", true));
    }

    /** They are refused at once: by their content, or since the queue is full. */
    @ParameterizedTest
    @CsvSource({"resize, 0", "full, 10"})
    void givenAThousandItemsThatAreRefused_whenSubmitted_thenEachHasItsOutcome(String function, int room)
            throws Exception {
        var item = room > 0 ? "{\"argument\": \"a\"}" : "{\"argument\": 1}";
        var items = Stream.generate(() -> item).limit(1_000);

        var answer = faas.send(faas.as(faas.alice, "/v1/functions/" + function + "/batches")
                .header("Content-Type", JSON)
                .POST(BodyPublishers.ofString(items.collect(Collectors.joining(",", "{\"items\": [", "]}")))));

        assertThat(byIndex(answer.json().path("items"))).as(answer.text()).hasSize(1_000);
        assertThat(answer.json().path("rejected").asInt()).isGreaterThan(500);
        assertThat(batches.totals.get().getBoolean("isComplete")).isTrue();
    }

    @Test
    void givenAnArray_whenSubmitted_thenEachNumberIsAnItem() throws Exception {
        var answer = submit(JSON, """
                {"array": {"from": 7, "to": 9}, "argument": "job {index} of {index}"}""");

        assertThat(byIndex(answer.json().path("items")).values().stream()
                        .map(item -> argument(item.path("activationId").asText())))
                .containsExactly("job 7 of 7", "job 8 of 8", "job 9 of 9");
    }

    @Test
    void givenManyLines_whenSubmitted_thenThereIsALineForEachAndThenTheTotals() throws Exception {
        var answer = faas.send(request(LINES, lines(0, MANY)).header("Accept", LINES));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Content-Type")).isEqualTo(LINES);
        var written = answer.text().lines().map(BatchTest::json).toList();
        assertThat(written).hasSize(MANY + 1);
        assertThat(written.getLast().path("accepted").asInt()).isEqualTo(MANY);
        var outcomes = written.subList(0, MANY).stream()
                .collect(Collectors.toMap(
                        item -> item.path("index").asInt(),
                        item -> item.path("activationId").asText()));
        assertThat(outcomes).hasSize(MANY);
        for (int index : List.of(0, 255, MANY - 1)) {
            assertThat(argument(outcomes.get(index))).isEqualTo("a" + index);
        }
        assertThat(batches.opened.get().containsKey("size")).isFalse();
    }

    @Test
    void givenAKey_whenARequestWasCutOffAndIsRepeated_thenTheRestIsSubmittedAndNothingTwice() throws Exception {
        long before = events();
        var first = outcomes(faas.send(request(LINES, lines(0, 300)).header("Idempotency-Key", "cut-off")));
        long ofFirst = events() - before;
        // The ledger has some of them, the stream all.
        first.entrySet().stream()
                .limit(100)
                .forEach(item -> batches.known.put(
                        item.getValue(),
                        Objects.requireNonNull(activation(item.getValue()).batch())
                                .content()));

        var repeated = outcomes(faas.send(request(LINES, lines(0, 500)).header("Idempotency-Key", "cut-off")));

        assertThat(repeated).hasSize(500).containsAllEntriesOf(first);
        assertThat(events() - before).isEqualTo(ofFirst / 300 * 500);
        assertThat(batches.totals.get().getInteger("accepted")).isEqualTo(500);
    }

    @Test
    void givenAKey_whenAnItemDiffersInTheRepeat_thenOnlyThatIsRefused() throws Exception {
        faas.send(request(LINES, lines(0, 2)).header("Idempotency-Key", "changed"));

        var again = faas.send(request(LINES, "{\"argument\": \"a0\"}\n{\"argument\": \"other\"}")
                .header("Idempotency-Key", "changed"));

        var items = byIndex(again.json().path("items"));
        assertThat(items.get(0).path("activationId").asText()).isNotEmpty();
        assertThat(items.get(1).path("code").asText()).isEqualTo("idempotency_key_reused");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        application/json     | ``                                             | 400 | invalid_request
        application/json     | []                                             | 400 | invalid_request
        application/json     | {"items":                                      | 400 | malformed_json
        application/json     | {}                                             | 400 | invalid_request
        application/json     | {"items": []}                                  | 400 | invalid_request
        application/json     | {"items": {"argument": "x"}}                   | 400 | invalid_request
        application/json     | {"items": [{"argument": "x"}], "argument": "x"}| 400 | invalid_request
        application/json     | {"array": {"from": 1, "to": 2}}                | 400 | invalid_request
        application/json     | {"array": {"from": 2, "to": 1}, "argument": ""}| 400 | invalid_request
        application/json     | {"array": {"from": -1, "to": 1}, "argument": ""}| 400 | invalid_request
        application/json     | {"array": {"from": 0, "to": 2000}, "argument": ""}| 413 | batch_too_large
        application/json     | {"array": {"from": 0, "to": 1000000000}, "argument": ""}| 413 | batch_too_large
        text/plain           | x                                              | 415 | unsupported_media_type
        """)
    void givenAHostileBody_whenSubmitted_thenItIsRefusedBeforeThereIsABatch(
            String type, String body, int status, String code) throws Exception {
        var answer = submit(type, body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(batches.opened.get()).isNull();
    }

    @Test
    void givenHostileLines_whenSubmitted_thenEachIsRefusedByItself() throws Exception {
        var answer =
                submit(LINES, "\n[]\n{\"argument\"\n\n \r\n{\"argument\": \"\\u0000\"}\nnull\n{\"argument\": \"x\"}");

        var items = byIndex(answer.json().path("items"));
        assertThat(items.values().stream().map(item -> item.path("code").asText()))
                .containsExactly("invalid_request", "malformed_json", "invalid_request", "invalid_request", "");
    }

    @Test
    void givenTooMuch_whenSubmitted_thenItIsRefused() throws Exception {
        var items = "{\"argument\": \"x\"},".repeat(1_000) + "{\"argument\": \"x\"}";
        assertThat(submit(JSON, "{\"items\": [" + items + "]}").code()).isEqualTo("batch_too_large");
        assertThat(submit(JSON, " ".repeat((8 << 20) + 1)).code()).isEqualTo("body_too_large");
        assertThat(submit(LINES, lines(0, RunningGateway.BATCH_ITEMS + 1)).code())
                .isEqualTo("batch_too_large");
        Await.until(
                "the batch is given up",
                () -> batches.totals.get() != null
                        && batches.totals
                                .get()
                                .equals(new JsonObject()
                                        .put("accepted", RunningGateway.BATCH_ITEMS)
                                        .put("rejected", 0)
                                        .put("isComplete", false)));
        assertThat(submit(LINES, "{\"argument\": \"" + "x".repeat(1 << 20) + "\"}")
                        .code())
                .isEqualTo("body_too_large");
    }

    @Test
    void givenNoSuchFunction_whenSubmitted_thenItIsNotFound() throws Exception {
        var answer = faas.send(faas.as(faas.alice, "/v1/functions/nothing/batches")
                .header("Content-Type", LINES)
                .POST(BodyPublishers.ofString(lines(0, 1))));

        assertThat(answer.code()).isEqualTo("function_not_found");
    }

    @Test
    void givenNoRegistry_whenSubmitted_thenNothingIsAccepted() throws Exception {
        faas.registry.answers(request -> request.response().setStatusCode(500).end());

        assertThat(submit(LINES, lines(0, 1)).code()).isEqualTo("unavailable");
    }

    @Test
    void givenAFullQuota_whenSubmitted_thenTheRegistrysRefusalIsTheAnswer() throws Exception {
        faas.registry.answers(request -> request.response()
                .setStatusCode(429)
                .putHeader("Retry-After", "60")
                .putHeader("Content-Type", "application/problem+json")
                .end("{\"status\": 429, \"code\": \"quota_exceeded\", \"title\": \"t\", \"detail\": \"d\"}"));

        var answer = submit(JSON, "{\"items\": [{\"argument\": \"x\"}]}");

        assertThat(answer.code()).isEqualTo("quota_exceeded");
        assertThat(answer.header("Retry-After")).isEqualTo("60");
    }

    /** They have the seed, and what a client may not set. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/batches/%s/known",
                "PUT /v1/batches/%s/totals",
                "POST /v1/batches",
                "GET /v1/batches/%s%%2Fknown/events",
                "GET /v1/batches/%s%%3Fx/events",
                "GET /v1/batches/%s/items/%%2e%%2e/known"
            })
    void givenACallBetweenServices_whenAClientSendsIt_thenTheRegistryIsNotAsked(String call) throws Exception {
        var parts = call.formatted(Ids.batch(Instant.now())).split(" ");

        var answer = faas.send(faas.as(faas.alice, parts[1])
                .header("Content-Type", JSON)
                .method(parts[0], BodyPublishers.ofString(parts[0].equals("GET") ? "" : "{}")));

        assertThat(answer.status()).isBetween(404, 405);
        assertThat(faas.registry.asked()).isEmpty();
    }

    @Test
    void givenABatch_whenItsProgressIsStreamed_thenChangesAreSentUntilItsEnd() throws Exception {
        var id = Ids.batch(Instant.now());
        var view = new JsonObject().put("batchId", id).putNull("endedAt");
        batches.view.set(view.copy().put("counts", new JsonObject().put("queued", 2)));
        var answer = new CompletableFuture<GatewayAnswer>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(faas.send(faas.as(faas.alice, "/v1/batches/" + id + "/events")));
            } catch (IOException | InterruptedException e) {
                answer.completeExceptionally(e);
            }
        });
        Await.until("asked twice", () -> faas.registry.asked().size() >= 2);

        batches.view.set(view.copy()
                .put("counts", new JsonObject().put("succeeded", 2))
                .put("endedAt", "2026-11-24T10:00:04.000Z"));

        var text = answer.get().text();
        assertThat(answer.get().header("Content-Type")).startsWith("text/event-stream");
        assertThat(text.lines().filter(line -> line.startsWith("event: ")))
                .containsExactly("event: progress", "event: progress", "event: end");
        assertThat(text).contains("\"queued\":2").contains("\"succeeded\":2").endsWith("data: {}\n\n");
    }

    /** In the stream. */
    private static long events() throws Exception {
        var connection = faas.administrator();
        try {
            return connection
                    .jetStreamManagement()
                    .getStreamInfo("EVENTS")
                    .getStreamState()
                    .getMsgCount();
        } finally {
            connection.close();
        }
    }

    private static GatewayAnswer submit(String type, String body) throws Exception {
        return faas.send(request(type, body));
    }

    private static HttpRequest.Builder request(String type, String body) {
        return faas.as(faas.alice, "/v1/functions/resize/batches")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body));
    }

    private static String lines(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(index -> "{\"argument\": \"a" + index + "\"}\n")
                .collect(Collectors.joining());
    }

    private static Map<Integer, String> outcomes(GatewayAnswer answer) {
        if (answer.status() != 202) {
            throw new AssertionError(answer.text());
        }
        return byIndex(answer.json().path("items")).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        item -> item.getValue().path("activationId").asText()));
    }

    private static Map<Integer, JsonNode> byIndex(JsonNode items) {
        return StreamSupport.stream(items.spliterator(), false)
                .collect(Collectors.toMap(item -> item.path("index").asInt(), item -> item, (a, b) -> a, TreeMap::new));
    }

    private static Activation accepted(JsonNode item) {
        return activation(item.path("activationId").asText());
    }

    private static Activation activation(String id) {
        return Await.await(faas.events.last(id)).orElseThrow().record().activation();
    }

    private static String argument(String id) {
        return Await.await(faas.events.runSpec(id)).orElseThrow().argument();
    }

    private static JsonNode json(String line) {
        return Codec.readTree(line.getBytes(StandardCharsets.UTF_8));
    }
}
