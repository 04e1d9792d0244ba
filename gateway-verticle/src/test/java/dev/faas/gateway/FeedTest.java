package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.gateway.Events.Event;
import dev.faas.nats.Stream;
import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedTest {
    private static final String PATH = "/v1/events";
    private static final String BATCH = "bat_06b7gd98g07rk4q3v8x2m5n9ta";
    private static final String SCHEDULE = "sch_06b7gd98g07rk4q3v8x2m5n9ta";

    @AutoClose
    static RunningGateway faas;

    private static Stream stream;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        stream = faas.bus.stream(Subjects.FEED);
    }

    @BeforeEach
    void clear() {
        Await.await(stream.purge(Subjects.feed(faas.alice)));
    }

    /** As the registry does. Returns its id. */
    private static long publish(String owner, String type, String data) {
        var event = new JsonObject()
                .put("type", type)
                .put("timestamp", "2026-11-24T10:00:00.000Z")
                .put("data", new JsonObject(data.replace('\'', '"')));
        return Await.await(
                stream.append(Subjects.feed(owner), Map.of(), event.encode().getBytes(StandardCharsets.UTF_8)));
    }

    private static long publish(int number) {
        return publish(faas.alice, "activation.queued", "{'n': %d}".formatted(number));
    }

    private static Events open(String query) throws Exception {
        return Events.open(faas.as(faas.alice, PATH + query));
    }

    private static int number(Event event) {
        return event.json().at("/data/n").asInt();
    }

    @Test
    void givenAThousandEvents_whenReadAndCutAndResumed_thenEachIsThereOnceInOrder() throws Exception {
        var writer = Thread.ofVirtual().start(() -> IntStream.range(0, 1_000).forEach(FeedTest::publish));
        var read = new ArrayList<Integer>();
        var last = "0";

        while (read.size() < 1_000) {
            try (var events = Events.open(faas.as(faas.alice, PATH).header("Last-Event-ID", last))) {
                assertThat(events.status()).isEqualTo(200);
                for (int i = 0; i < 300 && read.size() < 1_000; i++) {
                    var event = events.require();
                    assertThat(event.name()).isEqualTo("activation.queued");
                    last = event.id();
                    read.add(number(event));
                }
            }
        }

        writer.join();
        assertThat(read).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    }

    @Test
    void givenNoCursor_whenOpened_thenItBeginsNow_andHeartbeatsKeepItOpen() throws Exception {
        publish(1);
        try (var events = open("")) {
            assertThat(events.response.headers().firstValue("Content-Type"))
                    .hasValue("text/event-stream; charset=utf-8");
            events.awaitComments(1);
            long id = publish(2);

            var event = events.require();
            assertThat(number(event)).isEqualTo(2);
            assertThat(event.id()).isEqualTo(Long.toString(id));
        }
    }

    /** Before the first event there is an id already, from which the client continues. */
    @Test
    void givenAClientThatIsCutOffBeforeTheFirstEvent_whenItContinues_thenNothingIsMissing() throws Exception {
        publish(1);
        var client = HttpClient.newHttpClient();
        var response = client.send(faas.as(faas.alice, PATH).build(), BodyHandlers.ofInputStream());
        var frame = new String(response.body().readNBytes(3), StandardCharsets.UTF_8);
        var line = new StringBuilder();
        for (int at = response.body().read(); at != '\n'; at = response.body().read()) {
            line.append((char) at);
        }
        client.shutdownNow();
        publish(2);

        assertThat(frame).isEqualTo("id:");
        try (var events = Events.open(faas.as(faas.alice, PATH)
                .header("Last-Event-ID", line.toString().strip()))) {
            assertThat(number(events.require())).isEqualTo(2);
        }
    }

    @Test
    void whenAnotherOwnerReads_thenTheyGetTheirOwn() throws Exception {
        publish(1);
        publish(faas.bob, "activation.queued", "{'n': 7}");

        try (var events = Events.open(faas.as(faas.bob, PATH + "?after=0"))) {
            assertThat(number(events.require())).isEqualTo(7);
        }
    }

    @Test
    void whenSomeoneReads_thenTheRegistriesAreTold() throws Exception {
        try (var events = open("")) {
            assertThat(events.status()).isEqualTo(200);
            assertThat(Await.await(faas.bus.kv(Subjects.FEEDS).get(faas.alice))).isPresent();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "types=batch.ended,activation.failed | 1 3",
                "function=resize                     | 1",
                "function=another                    | ",
                "status=succeeded&status=failed      | 0 1",
                "tag=order:1                         | 1",
                "tag=order:1&tag=stage:x             | ",
                "batch=" + BATCH + "                 | 2 3",
                "trigger=" + SCHEDULE + "            | 2 4"
            })
    void givenAFilter_whenRead_thenOnlyWhatMatchesIsSent(String query, String expected) throws Exception {
        publish(faas.alice, "activation.succeeded", "{'n': 0, 'status': 'succeeded', 'function': {'name': 'other'}}");
        publish(
                faas.alice,
                "activation.failed",
                "{'n': 1, 'status': 'failed', 'function': {'name': 'resize'}, 'tags': {'order': '1'}}");
        publish(
                faas.alice,
                "activation.queued",
                "{'n': 2, 'status': 'queued', 'batch': {'id': '%s'}, 'trigger': {'id': '%s'}}"
                        .formatted(BATCH, SCHEDULE));
        publish(faas.alice, "batch.ended", "{'n': 3, 'batchId': '%s'}".formatted(BATCH));
        publish(faas.alice, "schedule.paused", "{'n': 4, 'scheduleId': '%s'}".formatted(SCHEDULE));

        var read = new ArrayList<String>();
        try (var events = open("?after=0&" + query)) {
            var wanted = expected == null ? List.<String>of() : List.of(expected.split(" "));
            for (int i = 0; i < wanted.size(); i++) {
                read.add(Integer.toString(number(events.require())));
            }
            events.awaitComments(1);
            assertThat(read).isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?types=everything",
                "?function=A",
                "?status=lost",
                "?tag=order",
                "?batch=x",
                "?trigger=x",
                "?after=first"
            })
    void givenAQueryThatIsNone_whenOpened_thenItIsRefused(String query) throws Exception {
        assertThat(faas.send(faas.as(faas.alice, PATH + query)).code()).isEqualTo("invalid_request");
    }

    @Test
    void givenAnEventThatIsRemoved_whenContinuedAfterIt_thenItHasExpired() throws Exception {
        long first = publish(1);
        publish(2);
        try (var events = open("?after=" + first)) {
            assertThat(number(events.require())).isEqualTo(2);
        }
        Await.await(stream.delete(first));

        var expired = faas.send(faas.as(faas.alice, PATH + "?after=" + first));

        assertThat(expired.status()).isEqualTo(410);
        assertThat(expired.code()).isEqualTo("events_expired");
    }

    @Test
    void givenLines_whenRead_thenEachHasItsId() throws Exception {
        long id = publish(1);
        var response = HttpClient.newHttpClient()
                .send(
                        faas.as(faas.alice, PATH + "?after=0")
                                .header("Accept", "application/x-ndjson")
                                .build(),
                        BodyHandlers.ofLines());

        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/x-ndjson; charset=utf-8");
        var line = new JsonObject(
                response.body().filter(text -> !text.isEmpty()).findFirst().orElseThrow());
        assertThat(line.getMap())
                .containsEntry("id", Long.toString(id))
                .containsEntry("type", "activation.queued")
                .containsEntry("timestamp", "2026-11-24T10:00:00.000Z");
    }
}
