package dev.faas.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.testing.Records;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpServiceTest {
    private final CompletableFuture<Promise<String>> slow = new CompletableFuture<>();
    private final RunningService running = new RunningService(this::routes);

    private void routes(Router on) {
        on.get("/things/:id").respond(ctx -> Future.succeededFuture(Map.of("id", ctx.pathParam("id"))));
        on.put("/things/:id").respond(ctx -> Future.succeededFuture());
        on.get("/absent")
                .respond(
                        ctx -> Future.failedFuture(Problem.functionNotFound("x").asException()));
        on.get("/busy")
                .respond(ctx -> Future.failedFuture(Problem.unavailable("postgres")
                        .with("activationId", "a1")
                        .asException()));
        on.get("/wrapped")
                .respond(ctx -> Future.failedFuture(
                        new CompletionException(Problem.functionNotFound("x").asException())));
        on.get("/odd")
                .respond(ctx -> Future.failedFuture(
                        Problem.functionNotFound("\u001b[31m\u202egnp").asException()));
        on.get("/named/:name").respond(ctx -> Future.failedFuture(new IllegalStateException("22021")));
        on.get("/broken").handler(ctx -> {
            throw new IllegalArgumentException("jdbc:secret-of-the-inside");
        });
        on.get("/broken-late").respond(ctx -> Future.failedFuture(new IllegalStateException("secret-of-the-inside")));
        on.get("/id").respond(ctx -> Future.succeededFuture(Map.of("id", HttpService.requestId(ctx))));
        on.get("/slow").respond(ctx -> {
            var answer = Promise.<String>promise();
            slow.complete(answer);
            return answer.future();
        });
        on.get("/half").handler(ctx -> {
            ctx.response().setChunked(true).write("half").onSuccess(out -> ctx.fail(new IllegalStateException("late")));
        });
        on.get("/passed-on").handler(ctx -> ctx.next());
        on.get("/secret")
                .respond(ctx ->
                        Future.failedFuture(Problem.unauthenticated("who?").asException()));
    }

    @AfterEach
    void close() {
        running.close();
    }

    @Test
    void whenNothingIsThereThenTheAnswerIsA404Problem() throws Exception {
        var answer = running.get("/nothing");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("type").asText()).isEqualTo("about:blank");
        assertThat(answer.json().path("status").asInt()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("not_found");
        assertThat(answer.json().path("title").asText()).isNotEmpty();
        assertThat(answer.json().path("detail").asText()).isNotEmpty();
        assertThat(answer.json().path("requestId").asText()).isNotEmpty().isEqualTo(answer.header("X-Request-Id"));
    }

    @Test
    void whenADetailRepeatsControlCharactersThenTheyAreEscaped() throws Exception {
        assertThat(running.get("/odd").json().path("detail").asText()).contains("'\\u001b[31m\\u202egnp'");
    }

    @Test
    void whenPostgresRefusesANameWithNulThenTheAnswerIsA404() throws Exception {
        assertThat(running.get("/named/a%00b").status()).isEqualTo(404);
    }

    @Test
    void whenTheMethodIsAnotherThenTheAnswerIsA405WithAllow() throws Exception {
        var answer = running.send(running.request("/things/7").DELETE());

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.code()).isEqualTo("method_not_allowed");
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, PUT");
    }

    @Test
    void whenARoutePassesARequestOnAndNothingTakesItThenTheAnswerIsA404() throws Exception {
        assertThat(running.get("/passed-on").status()).isEqualTo(404);
    }

    @Test
    void whenAskedForOptionsThenAllowNamesTheMethods() throws Exception {
        var answer = running.send(running.request("/things/7").method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, PUT");
    }

    @Test
    void whenAskedForTheHeadThenItIsThatOfGetWithoutABody() throws Exception {
        var found = running.send(running.request("/things/7").HEAD());
        var missing = running.send(running.request("/absent").HEAD());

        assertThat(found.status()).isEqualTo(200);
        assertThat(found.header("Content-Type")).isEqualTo("application/json");
        assertThat(found.body()).isEmpty();
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.body()).isEmpty();
    }

    @Test
    void whenAHandlerFailsWithAProblemThenThatIsTheAnswer() throws Exception {
        assertThat(running.get("/absent").code()).isEqualTo("function_not_found");
        assertThat(running.get("/wrapped").code()).isEqualTo("function_not_found");

        var busy = running.get("/busy");
        assertThat(busy.status()).isEqualTo(503);
        assertThat(busy.header("Retry-After")).isEqualTo("2");
        assertThat(busy.json().path("activationId").asText()).isEqualTo("a1");
        assertThat(busy.json().path("dependency").asText()).isEqualTo("postgres");
    }

    @Test
    void whenTheProblemIsA401ThenItNamesTheScheme() throws Exception {
        assertThat(running.get("/secret").header("WWW-Authenticate")).isEqualTo("Bearer realm=\"faas\"");
        assertThat(running.send(running.request("/secret").header("Authorization", "Bearer x"))
                        .header("WWW-Authenticate"))
                .contains("error=\"invalid_token\"");
    }

    @Test
    void whenAHandlerThrowsThenTheAnswerSaysNothingOfTheInside() throws Exception {
        for (var path : List.of("/broken", "/broken-late")) {
            var answer = running.send(running.request(path).header("X-Request-Id", "trace-1"));

            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.code()).isEqualTo("internal");
            assertThat(answer.json().path("requestId").asText()).isEqualTo("trace-1");
            assertThat(answer.body()).doesNotContain("inside").doesNotContain("Exception");
        }
    }

    @Test
    void whenAnAnswerBreaksOffThenTheConnectionDoes() throws Exception {
        var answer = running.raw("GET /half HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(answer).contains("half").doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void whenTheRequestIdIsSaneThenItIsTakenOverElseMade() throws Exception {
        var sane = running.send(running.request("/id").header("X-Request-Id", "Abc-1.2_3"));
        var insane = running.send(running.request("/id").header("X-Request-Id", "a b\"{}"));
        var none = running.get("/id");

        assertThat(sane.header("X-Request-Id")).isEqualTo("Abc-1.2_3");
        assertThat(sane.json().path("id").asText()).isEqualTo("Abc-1.2_3");
        assertThat(insane.header("X-Request-Id")).matches("[0-9a-f]{16}");
        assertThat(none.header("X-Request-Id")).matches("[0-9a-f]{16}").isNotEqualTo(insane.header("X-Request-Id"));
    }

    @Test
    void whenARequestIsMalformedThenTheAnswerIsAProblemAndTheConnectionEnds() throws Exception {
        assertThat(running.raw("BAD\r\n\r\n")).startsWith("HTTP/1.0 400").contains("\"invalid_request\"");
        assertThat(running.raw("GET /id HTTP/1.1\r\nHost: x\r\nX-Large: " + "a".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431")
                .contains("application/problem+json")
                .contains("\"headers_too_large\"")
                .contains("\"requestId\"");
        assertThat(running.raw("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.0 414")
                .contains("\"uri_too_long\"");
        assertThat(running.raw("GET /id HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("\"invalid_request\"");
        assertThat(running.raw("GET /things/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("\"invalid_request\"");
    }

    @Test
    void whenRequestsWereServedThenTheInternalPortTimesThemByRoute() throws Exception {
        running.get("/things/7");
        running.get("/things/8");
        running.get("/absent");
        running.get("/nothing");

        var page = running.send(running.internal("/metrics"));

        assertThat(page.header("Content-Type")).startsWith("text/plain");
        assertThat(page.body())
                .containsPattern("http_server_requests_seconds_count\\{method=\"GET\",route=\"/things/:id\""
                        + ",service=\"test-service\",status=\"200\"\\} 2")
                .containsPattern("route=\"/absent\",service=\"test-service\",status=\"404\"\\} 1")
                .containsPattern("route=\"none\",service=\"test-service\",status=\"404\"\\} 1")
                .containsPattern("faas_request_seconds_count\\{kind=\"read\",service=\"test-service\"\\} 4")
                .containsPattern("faas_refused_total\\{code=\"not_found\",service=\"test-service\"\\} 1")
                .containsPattern("faas_build_info\\{service=\"test-service\",version=\"[^\"]+\"\\} 1")
                .contains("jvm_memory_used_bytes");
        assertThat(running.get("/metrics").status()).isEqualTo(404);
    }

    @Test
    void whenTheServiceClosesThenARequestInFlightEndsAndNoNewOneIsTaken() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), running.service.port("api"))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var answer = slow.get(10, TimeUnit.SECONDS);

            var closed = running.service.close();

            assertThat(refusedSoon(running.service.port("api"))).isTrue();
            assertThat(closed.isComplete()).isFalse();
            answer.complete("done");
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("done");
            RunningService.await(closed);
        }
    }

    @Test
    void givenSeveralInstancesWhenStartedThenTheyShareOnePort() throws Exception {
        try (var several = new RunningService(Records.with(HttpConfig.loopback(), "instances", 3), this::routes)) {
            for (var i = 0; i < 6; i++) {
                assertThat(several.get("/things/" + i).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void whenAPortIsTakenThenTheStartFailsNamingIt() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var vertx = Vertx.vertx();
            var start = HttpService.start(
                    vertx,
                    HttpConfig.loopback(),
                    running.health,
                    running.metrics,
                    List.of(new Listener("api", taken.getLocalPort(), on -> {})));

            assertThatThrownBy(() -> RunningService.await(start))
                    .hasRootCauseInstanceOf(java.net.BindException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort() + " for api");
            RunningService.await(vertx.close());
        }
    }

    @Test
    void whenTwoListenersAskForOnePortThenTheStartIsRefused() {
        assertThatThrownBy(() -> HttpService.start(
                        running.vertx,
                        HttpConfig.loopback(),
                        running.health,
                        running.metrics,
                        List.of(new Listener("a", 65_001, on -> {}), new Listener("b", 65_001, on -> {}))))
                .hasMessageContaining("65001")
                .hasMessageContaining("a and b");
    }

    /** The socket is closed on an event loop, a moment after close() returns. */
    private static boolean refusedSoon(int port) throws IOException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (System.nanoTime() < deadline) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
            } catch (ConnectException refused) {
                return true;
            } catch (SocketException reset) {
                // The socket is being closed: the next connection is refused.
            }
        }
        return false;
    }
}
