package dev.faas.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {
    private final RunningService running = new RunningService(AdmissionTest::routes);

    private static void routes(Router on) {
        on.get("/things/:id").respond(ctx -> Future.succeededFuture(Map.of("id", ctx.pathParam("id"))));
        on.post("/things").handler(Bodies.json(100)).respond(ctx -> Future.succeededFuture("read"));
    }

    @AfterEach
    void close() {
        running.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Host: other\r\n",
                ": nameless\r\n",
            })
    void whenTwoServersCouldReadARequestInTwoWaysThenItIsRefusedWithItsConnection(String headers) throws IOException {
        var answer = running.raw("POST /things HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n0\r\n\r\n");

        isRefused(answer, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONNECT x:443",
                "GET things/1",
                "GET ftp://x/things/1",
                "GET *",
                "GET /things/\u0000",
                "GET /things/\u00e9",
                "GET /things/%zz",
                "GET /things/%4",
                "GET /things/%c0%af",
                "GET /things/%ed%a0%80",
                "GET /things/1?x=%ff",
            })
    void whenTheTargetIsNoAddressThenItIsRefused(String line) throws IOException {
        isRefused(running.raw(line + " HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/1.2", "HTTP/3.0", "RTSP/1.0"})
    void whenItIsNoHttp1ThenItIsRefusedAsAProblemAllTheSame(String version) throws IOException {
        var answer = running.raw("GET /things/1 " + version + "\r\nHost: x\r\n\r\n");

        isRefused(answer.replaceFirst(version, "HTTP/1.1"), 400);
    }

    @Test
    void whenSomethingIsRefusedThenItIsCounted() throws Exception {
        running.raw("GET things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
        running.raw("no request\r\n\r\n");

        assertThat(running.send(running.internal("/metrics")).body())
                .contains("http_server_refusals_total{reason=\"malformed\",service=\"test-service\"} 2.0");
    }

    @Test
    void whenAnExpectationIsNotUnderstoodThenTheAnswerIsA417() throws IOException {
        isRefused(running.raw("POST /things HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n"), 417);
    }

    @Test
    void whenItIsRefusedBeforeItsRouteThenItsIdIsTakenOverAllTheSame() throws IOException {
        var answer = running.raw(
                "POST /things HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine-7\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n");

        isRefused(answer, 417);
        assertThat(answer.toLowerCase(Locale.ROOT)).contains("x-request-id: mine-7");
        assertThat(answer).contains("\"requestId\":\"mine-7\"");
    }

    /** The decoder removes the length, so it cannot be checked; RFC 9112, 6.1 then requires closing the connection. */
    @ParameterizedTest
    @ValueSource(strings = {"", "Content-Length: 4\r\n"})
    void whenABodyComesInChunksThenNothingAfterItIsTakenForARequest(String length) throws IOException {
        var answer = running.raw("POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + length
                + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
                + "GET /things/smuggled HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200").contains("read").doesNotContain("smuggled");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/things/a", "http://elsewhere/things/a", "/things/%61", "/things/a?%E2%82%AC=%F0%9F%92%A9"})
    void whenTheTargetIsAPathOrAnAbsoluteAddressThenItIsServed(String target) throws IOException {
        var answer = running.raw("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200").endsWith("{\"id\":\"a\"}");
    }

    private static void isRefused(String answer, int status) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status)
                .containsIgnoringCase("content-type: application/problem+json")
                .containsIgnoringCase("connection: close")
                .contains("\"code\":\"invalid_request\"");
    }
}
