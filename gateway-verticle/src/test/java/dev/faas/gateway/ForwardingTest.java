package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ForwardingTest {
    private static final int LARGE = 24 << 20;

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    @BeforeEach
    void quiet() {
        faas.auth.answersNothing();
        faas.registry.answersNothing();
    }

    private static void ok(HttpServerRequest request) {
        request.response().end("ok");
    }

    @Test
    void givenThreePorts_whenCalled_thenEachHasItsOwnRoutesAndHealth() throws Exception {
        faas.auth.answers(ForwardingTest::ok);
        faas.registry.answers(ForwardingTest::ok);

        for (var listener : List.of("api", "auth", "registry")) {
            assertThat(status(listener, "/healthz")).isEqualTo(200);
            assertThat(status(listener, "/readyz")).isEqualTo(200);
            assertThat(status(listener, "/v1/auth/me")).as(listener).isEqualTo(listener.equals("registry") ? 404 : 200);
            assertThat(status(listener, "/.well-known/jwks.json")).isEqualTo(listener.equals("registry") ? 404 : 200);
            assertThat(status(listener, "/v1/functions")).isEqualTo(listener.equals("auth") ? 404 : 200);
            assertThat(status(listener, "/v1/functions/x/revisions")).isEqualTo(listener.equals("auth") ? 404 : 200);
            assertThat(status(listener, "/v1/activations")).isEqualTo(listener.equals("api") ? 200 : 404);
            assertThat(status(listener, "/metrics")).isEqualTo(404);
        }
    }

    private static int status(String listener, String path) throws IOException, InterruptedException {
        return faas.send(faas.request(listener, path).header("Authorization", faas.signer.bearer(faas.alice)))
                .status();
    }

    @Test
    void givenHealth_whenAsked_thenEachDependencyIsNamed() throws Exception {
        var ready = faas.send(faas.request("/readyz"));

        assertThat(ready.json().path("dependencies").path("nats").asText()).isEqualTo("up");
        assertThat(ready.json().path("dependencies").path("keys").asText()).isEqualTo("up");
        assertThat(ready.json().path("dependencies").path("functions").asText()).isEqualTo("up");
        assertThat(ready.json().path("dependencies").has("auth-service")).isTrue();
        assertThat(ready.json().path("dependencies").has("registry-service")).isTrue();
    }

    @Test
    void givenAnAnswerWithADayOfOneDigit_whenForwarded_thenItsDateHasTwo() throws Exception {
        faas.auth.answers(request -> request.response()
                .putHeader("Date", "Tue, 1 Dec 2026 01:45:09 GMT")
                .end("ok"));

        var answer = faas.send(faas.request("/.well-known/jwks.json"));

        assertThat(answer.header("date")).matches("[A-Z][a-z]{2}, \\d\\d .* GMT");
    }

    @Test
    void givenARequest_whenForwarded_thenOnlyHopByHopHeadersAreRemoved() throws Exception {
        var seen = new CompletableFuture<MultiMap>();
        var body = new CompletableFuture<String>();
        faas.auth.answers(request -> {
            seen.complete(MultiMap.caseInsensitiveMultiMap().addAll(request.headers()));
            request.body().onSuccess(bytes -> {
                body.complete(bytes.toString());
                request.response()
                        .setStatusCode(201)
                        .putHeader("Content-Type", "application/json")
                        .putHeader("X-Request-Id", "of-the-upstream")
                        .putHeader("X-Hop", "1")
                        .putHeader("Connection", "x-hop")
                        .putHeader("Keep-Alive", "timeout=5")
                        .end("{}");
            });
        });

        var answer = raw(
                "POST /v1/auth/register?a=b%20c HTTP/1.1",
                "Host: faas.example",
                "X-Request-Id: mine-7",
                "X-Secret: 1",
                "Connection: close",
                "Connection: x-secret",
                "TE: trailers",
                "Faas-Function-Sequence: 9",
                "Faas-Client-Address: 192.0.2.1",
                "X-Forwarded-For: 192.0.2.2",
                "Content-Length: 4",
                "",
                "body");

        assertThat(answer).startsWith("HTTP/1.1 201").endsWith("\r\n\r\n{}");
        assertThat(answer.toLowerCase(java.util.Locale.ROOT))
                .contains("x-request-id: mine-7", "content-type: application/json")
                .doesNotContain("of-the-upstream", "x-hop", "keep-alive: timeout");
        assertThat(body).isCompletedWithValue("body");
        assertThat(faas.auth.asked()).containsExactly("POST /v1/auth/register?a=b%20c");
        var headers = Await.await(seen);
        assertThat(headers.get("X-Request-Id")).isEqualTo("mine-7");
        assertThat(headers.get("Host")).isEqualTo("127.0.0.1:" + faas.auth.port());
        assertThat(headers.contains("X-Secret")).isFalse();
        assertThat(headers.contains("TE")).isFalse();
        assertThat(headers.contains("Faas-Function-Sequence")).isFalse();
        // Clients cannot choose their address, nor can a peer that is no trusted proxy.
        assertThat(headers.getAll("Faas-Client-Address")).containsExactly("127.0.0.1");
    }

    private static byte[] lines(String... lines) {
        return String.join("\r\n", lines).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Reads until the connection is closed. */
    private static String raw(String... lines) throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(lines(lines));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), faas.gateway.port("api"));
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void givenResponsesWithoutABody_whenForwarded_thenTheyHaveNone() throws Exception {
        faas.registry.answers(request -> request.response()
                .setStatusCode(request.path().endsWith("gone") ? 204 : 304)
                .putHeader("ETag", "\"3\"")
                .end());

        var token = "Authorization: " + faas.signer.bearer(faas.alice);
        var deleted = raw("DELETE /v1/functions/gone HTTP/1.1", "Host: x", "Connection: close", token, "", "");
        var unchanged = raw("GET /v1/functions/same HTTP/1.1", "Host: x", "Connection: close", token, "", "");

        assertThat(deleted).startsWith("HTTP/1.1 204").endsWith("\r\n\r\n");
        assertThat(deleted.toLowerCase(java.util.Locale.ROOT)).doesNotContain("transfer-encoding");
        assertThat(unchanged).startsWith("HTTP/1.1 304").contains("\"3\"").endsWith("\r\n\r\n");
        for (int i = 0; i <= RunningGateway.CONNECTIONS; i++) {
            // More requests than connections: fails if a response keeps its connection.
            assertThat(faas.send(faas.as(faas.alice, "/v1/functions/gone").DELETE())
                            .status())
                    .isEqualTo(204);
        }
    }

    /** One client may use all connections to the gateway: those to the services behind it must not run out. */
    @Test
    void givenManyBodiesThatDoNotArrive_whenOthersLogIn_thenTheyAreAnswered() throws Exception {
        faas.auth.answers(request -> request.body().onSuccess(all -> ok(request)));
        var stuck = new ArrayList<Socket>();
        try {
            for (int i = 0; i < RunningGateway.CONNECTIONS - 20; i++) {
                var socket = connect();
                stuck.add(socket);
                socket.getOutputStream()
                        .write(lines("POST /v1/auth/login HTTP/1.1", "Host: x", "Content-Length: 10", "", ""));
            }
            // A request that an earlier test gave up may arrive here as well.
            Await.until("all have got through", () -> faas.auth.asked().size() >= stuck.size());

            assertThat(raw(
                            "POST /v1/auth/login HTTP/1.1",
                            "Host: x",
                            "Connection: close",
                            "Content-Length: 2",
                            "",
                            "{}"))
                    .startsWith("HTTP/1.1 200");
        } finally {
            for (var socket : stuck) {
                socket.close();
            }
        }
    }

    @Test
    void givenLargeBodies_whenForwarded_thenTheyFlowThroughInBothDirections() throws Exception {
        var received = new AtomicLong();
        faas.auth.answers(request -> {
            received.set(0);
            request.handler(bytes -> received.addAndGet(bytes.length()));
            request.endHandler(end -> {
                request.response().putHeader("Content-Length", Integer.toString(LARGE));
                send(request, LARGE);
            });
        });
        var large = new byte[LARGE];
        Arrays.fill(large, (byte) 'u');

        var answer = faas.send(faas.request("/v1/auth/anything").POST(BodyPublishers.ofByteArray(large)));

        assertThat(received).hasValue(LARGE);
        assertThat(answer.bytes()).hasSize(LARGE).containsOnly('d');
    }

    private static void send(HttpServerRequest request, int left) {
        if (left == 0) {
            request.response().end();
            return;
        }
        var piece = new byte[Math.min(left, 1 << 16)];
        Arrays.fill(piece, (byte) 'd');
        request.response().write(Buffer.buffer(piece)).onSuccess(sent -> send(request, left - piece.length));
    }

    @Test
    void givenABodyThatIsRefusedEarly_whenForwarded_thenTheRefusalArrives() throws Exception {
        faas.auth.answers(request -> {
            request.response()
                    .setStatusCode(413)
                    .putHeader("Connection", "close")
                    .end("too large");
        });

        var answer = faas.send(faas.request("/v1/auth/anything").POST(BodyPublishers.ofByteArray(new byte[2 << 20])));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.text()).isEqualTo("too large");
    }

    @Test
    void givenABodyThatHasNotBegun_whenForwarded_thenTheServiceCanRefuseIt() throws Exception {
        faas.auth.answers(request -> request.response()
                .setStatusCode(413)
                .putHeader("Connection", "close")
                .end("announced: " + request.getHeader("Content-Length")));

        try (var socket = connect()) {
            socket.getOutputStream()
                    .write(lines("POST /v1/auth/x HTTP/1.1", "Host: x", "Content-Length: 9223372036854775807", "", ""));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 413")
                    .endsWith("announced: 9223372036854775807");
        }
    }

    @Test
    void givenABodyWithInvalidChunks_whenForwarded_thenTheResponseIs400() throws Exception {
        faas.auth.answers(
                request -> request.body().onSuccess(bytes -> request.response().end("got it all")));

        try (var socket = connect()) {
            socket.getOutputStream()
                    .write(lines(
                            "POST /v1/auth/x HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", "", "zz", "{}", ""));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 400")
                    .contains("\"code\":\"invalid_request\"");
        }
    }

    @Test
    void givenAClientThatExpectsContinue_whenForwarded_thenItIsToldToContinue() throws Exception {
        faas.auth.answers(request -> request.body()
                .onSuccess(bytes -> request.response()
                        .end("got " + bytes + (request.headers().contains("Expect") ? " expecting" : ""))));

        try (var socket = connect()) {
            socket.getOutputStream()
                    .write(lines(
                            "POST /v1/auth/x HTTP/1.1",
                            "Host: x",
                            "Expect: 100-continue",
                            "Connection: close",
                            "Content-Length: 4",
                            "",
                            ""));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1))
                    .isEqualTo("HTTP/1.1 100");
            socket.getOutputStream().write("body".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains("200 OK")
                    .endsWith("got body");
        }
    }

    @Test
    void givenNoToken_whenFunctionCallsAreSent_thenTheRegistryIsNotAsked() throws Exception {
        faas.registry.answers(ForwardingTest::ok);

        assertThat(faas.send(faas.request("/v1/functions")).status()).isEqualTo(401);
        assertThat(faas.send(faas.request("/v1/functions").POST(BodyPublishers.ofString("{}")))
                        .status())
                .isEqualTo(401);
        assertThat(faas.registry.asked()).isEmpty();
    }

    @Test
    void givenAServiceThatClosesTheConnection_whenForwarded_thenTheResponseNamesIt() throws Exception {
        faas.registry.answers(request -> request.connection().close());

        var answer = faas.get("/v1/functions");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("unavailable");
        assertThat(answer.field("dependency")).isEqualTo("registry-service");
        assertThat(answer.header("Retry-After")).isNotEmpty();
        assertThat(faas.submit("unknown", "x").code()).isEqualTo("unavailable");
    }

    @Test
    void givenAReplicaThatIsKilled_whenItHadARequest_thenReadsAreRetriedAndWritesAreNot() throws Exception {
        var asked = new AtomicLong();
        faas.registry.answers(request -> {
            if (asked.getAndIncrement() == 0) {
                request.connection().close();
            } else {
                ok(request);
            }
        });

        assertThat(faas.get("/v1/functions").status()).isEqualTo(200);
        assertThat(asked).hasValue(2);

        asked.set(0);
        assertThat(faas.send(faas.request("/v1/functions")
                                .header("Authorization", faas.signer.bearer(faas.alice))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{}")))
                        .status())
                .isEqualTo(503);
        assertThat(asked).hasValue(1);
    }

    @Test
    void givenAForwardedRequest_whenTheClientDisconnects_thenTheServicesRequestIsClosed() throws Exception {
        var asked = new CompletableFuture<Void>();
        var reset = new CompletableFuture<Void>();
        faas.auth.answers(request -> {
            request.response().exceptionHandler(gone -> reset.complete(null));
            request.response().closeHandler(gone -> reset.complete(null));
            asked.complete(null);
        });
        try (var socket = connect()) {
            socket.getOutputStream().write(lines("GET /v1/auth/slow HTTP/1.1", "Host: x", "", ""));
            Await.await(asked);
        }

        Await.await(reset);
    }
}
