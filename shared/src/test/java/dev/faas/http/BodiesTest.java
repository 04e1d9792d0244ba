package dev.faas.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.testing.Records;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodiesTest {
    private static final int LIMIT = 1_000;

    private final RunningService running = new RunningService(shortRequestTimeout(), BodiesTest::routes);

    private static HttpConfig shortRequestTimeout() {
        var usual = HttpConfig.loopback();
        return Records.with(usual, "requestTimeout", Duration.ofMillis(500), "instances", 1);
    }

    private static void routes(Router on) {
        on.post("/json").handler(Bodies.json(LIMIT)).respond(ctx -> {
            var fields = JsonFields.of(ctx);
            var name = fields.text("name", 1, 10);
            fields.requireValid();
            return Future.succeededFuture(Map.of("name", name));
        });
        on.patch("/json").handler(Bodies.mergePatch(LIMIT)).respond(ctx -> Future.succeededFuture(Bodies.object(ctx)));
        on.post("/echo").handler(ctx -> {
            ctx.response().setChunked(true);
            ctx.request().pipeTo(ctx.response()).onFailure(ctx::fail);
        });
        on.get("/stream").handler(ctx -> {
            ctx.response().setChunked(true).write("first ");
            // longer than the limit on a body's arrival
            ctx.vertx().setTimer(700, later -> ctx.response().end("second"));
        });
        on.post("/either")
                .handler(Bodies.accepting(200_000, List.of("application/json", "text/plain")))
                .respond(ctx -> Future.succeededFuture(Map.of(
                        "json", Bodies.isJson(ctx), "length", Bodies.utf8(ctx).length())));
    }

    @AfterEach
    void close() {
        running.close();
    }

    @Test
    void whenTheBodyFitsThenItIsRead() throws Exception {
        var answer = running.post("/json", "application/json; charset=UTF-8", utf8("{\"name\":\"x\"}"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("name").asText()).isEqualTo("x");
    }

    @Test
    void whenFieldsAreWrongThenTheProblemNamesThemAll() throws Exception {
        var answer = running.post("/json", "application/json", utf8("{\"name\":5,\"more\":1}"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
        assertThat(answer.json().path("errors").findValuesAsText("field")).containsExactly("name", "more");
    }

    @Test
    void whenTheBodyIsMalformedThenTheProblemSaysSo() throws Exception {
        var answer = running.post("/json", "application/json", utf8("{\"name\":"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("malformed_json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "-1e-99999999999"})
    void whenANumberIsBeyondAllNumbersThenTheBodyIsMalformed(String number) throws Exception {
        var answer = running.post("/json", "application/json", utf8("{\"name\":" + number + "}"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("malformed_json");
    }

    @Test
    void whenThereIsNoBodyThenAnObjectIsAskedFor() throws Exception {
        var answer = running.send(running.request("/json").POST(HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/json; charset=utf-16",
                "application/jsonx",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded"
            })
    void whenTheTypeIsAnotherThenTheAnswerIsA415(String type) throws Exception {
        var answer = running.post("/json", type, utf8("{\"name\":\"x\"}"));

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.code()).isEqualTo("unsupported_media_type");
        assertThat(answer.header("Accept-Post")).isEqualTo("application/json");
    }

    @Test
    void whenThereIsNoTypeOrItIsCompressedThenTheAnswerIsA415() throws Exception {
        assertThat(running.send(running.request("/json").POST(HttpRequest.BodyPublishers.ofString("{}")))
                        .status())
                .isEqualTo(415);
        assertThat(running.send(running.request("/json")
                                .header("Content-Type", "application/json")
                                .header("Content-Encoding", "gzip")
                                .POST(HttpRequest.BodyPublishers.ofString("{}")))
                        .status())
                .isEqualTo(415);
    }

    @Test
    void whenAPatchHasAnotherTypeThenAcceptPatchNamesThem() throws Exception {
        var refused = running.send(running.request("/json")
                .header("Content-Type", "text/plain")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{}")));
        var taken = running.send(running.request("/json")
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"a\":null}")));

        assertThat(refused.status()).isEqualTo(415);
        assertThat(refused.header("Accept-Patch")).isEqualTo("application/merge-patch+json, application/json");
        assertThat(taken.status()).isEqualTo(200);
        assertThat(taken.body()).isEqualTo("{\"a\":null}");
    }

    @Test
    void whenTheBodyIsTooLargeThenTheLimitIsNamed() throws Exception {
        var said = running.post("/json", "application/json", new byte[LIMIT + 1]);
        var chunked = running.send(running.request("/json")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[LIMIT + 1]))));

        for (var answer : java.util.List.of(said, chunked)) {
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.code()).isEqualTo("body_too_large");
            assertThat(answer.json().path("detail").asText()).contains("1000 bytes");
        }
    }

    @Test
    void whenALargeBodyIsRefusedThenTheAnswerArrivesAndTheConnectionEnds() throws Exception {
        var body = "x".repeat(300_000);

        var answer = running.raw("POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);

        assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
    }

    @Test
    void whenTheBodyDoesNotArriveThenTheAnswerIsA408() throws Exception {
        var answer = running.raw(
                "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{");

        assertThat(answer).startsWith("HTTP/1.1 408").contains("\"request_timeout\"");
    }

    @Test
    void whenTheClientExpectsToContinueThenItIsToldTo() throws Exception {
        var answer = running.send(running.request("/json")
                .expectContinue(true)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"x\"}")));

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void whenARouteReadsNoBodyThenItCanPassItOnToTheByte() throws Exception {
        var body = "0123456789abcdef".repeat(100_000);

        assertThat(running.post("/echo", "application/octet-stream", utf8(body)).body())
                .isEqualTo(body);
    }

    @Test
    void whenAnAnswerIsAStreamThenNoLimitOfARequestEndsIt() throws Exception {
        assertThat(running.get("/stream").body()).isEqualTo("first second");
    }

    @Test
    void whenARouteTakesTwoTypesThenItCanTellThem() throws Exception {
        assertThat(running.post("/either", "text/plain", utf8("ä".repeat(65_000)))
                        .body())
                .contains("\"json\":false")
                .contains("\"length\":65000");
        assertThat(running.post("/either", "application/json", utf8("{}")).body())
                .contains("\"json\":true");
        assertThat(running.send(running.request("/either").POST(HttpRequest.BodyPublishers.noBody()))
                        .body())
                .contains("\"length\":0");
    }

    @Test
    void whenATextIsNotUtf8ThenTheAnswerIsA400() throws Exception {
        var answer = running.post("/either", "text/plain", new byte[] {(byte) 0xFF});

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
    }

    /** Two such bodies do not fit into the part of the heap that bodies may take. */
    private static final int LARGE = (int) (Runtime.getRuntime().maxMemory() / 10);

    @Test
    void givenALargeBodyThatDoesNotArriveWhenAnotherWouldFillTheHeapThenItIsRefusedUntilThereIsRoom() throws Exception {
        try (var patient = new RunningService(
                on -> on.post("/large").handler(Bodies.json(LARGE)).respond(ctx -> Future.succeededFuture(Map.of())))) {
            try (var slow = patient.connect("POST /large HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + LARGE + "\r\n\r\n{")) {
                Await.until("a body of unknown length is refused", () -> {
                    var refused = postChunked(patient);
                    return refused.status() == 503
                            && refused.code().equals("unavailable")
                            && refused.header("Retry-After").equals("1");
                });
                assertThat(patient.post("/large", "application/json", utf8("{}"))
                                .status())
                        .isEqualTo(200);
                assertThat(slow.isClosed()).isFalse();
            }
            Await.until("there is room again", () -> postChunked(patient).status() == 200);
        }
    }

    private static RunningService.Answer postChunked(RunningService to) throws Exception {
        return to.send(to.request("/large")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(utf8("{}")))));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
