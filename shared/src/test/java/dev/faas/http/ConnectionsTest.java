package dev.faas.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionsTest {
    private static final int MOST = 3;
    private static final Duration IDLE = Duration.ofSeconds(2);
    private static final Duration REQUEST = Duration.ofMillis(400);

    private final CompletableFuture<Void> readerLost = new CompletableFuture<>();
    private final RunningService running =
            new RunningService(new HttpConfig("127.0.0.1", 0, 4_000, IDLE, REQUEST, MOST, 1), this::routes);

    private void routes(Router on) {
        on.get("/short").respond(ctx -> Future.succeededFuture("short"));
        on.post("/read").handler(Bodies.json(100)).respond(ctx -> Future.succeededFuture("read"));
        on.get("/endless").handler(ctx -> {
            ctx.response().setChunked(true).closeHandler(gone -> readerLost.complete(null));
            ctx.response().write(Buffer.buffer(new byte[64 << 20]));
        });
    }

    @AfterEach
    void close() {
        running.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /sh", "GET /short HTTP/1.1\r\n", "GET /short HTTP/1.1\r\nHost: x\r\nX: "})
    void whenNoWholeRequestComesThenTheConnectionIsClosedWithoutAWord(String beginning) throws IOException {
        var begin = System.nanoTime();

        assertThat(running.raw(beginning)).isEmpty();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(REQUEST.minusMillis(50));
        assertThat(refused("no_request_in_time")).isEqualTo(1);
    }

    @Test
    void whenARequestHasBeenAnsweredThenTheConnectionMayWaitForTheNext() throws Exception {
        try (var socket = connect()) {
            ask(socket);
            assertThat(status(socket)).isEqualTo("HTTP/1.1 200 OK");
            socket.setSoTimeout(2 * (int) REQUEST.toMillis());
            assertThat(isOpen(socket)).isTrue();
        }
    }

    @Test
    void whenThereAreAsManyAsThereMayBeThenOneMoreIsClosedUntilOneGoes() throws Exception {
        try (var one = asking();
                var two = asking()) {
            try (var three = asking()) {
                assertThat(running.raw("GET /short HTTP/1.1\r\nHost: x\r\n\r\n"))
                        .isEmpty();
                assertThat(running.send(running.internal("/healthz")).status()).isEqualTo(200);
                assertThat(three.isConnected()).isTrue();
                assertThat(refused("too_many_connections")).isEqualTo(1);
            }
            eventuallyServed();
            assertThat(one.isConnected() && two.isConnected()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n", "fffffffff\r\n{}", "2\r\n{}{}\r\n0\r\n\r\n"})
    void whenAChunkCannotBeReadThenTheAnswerIsA400AndTheConnectionEnds(String chunks) throws IOException {
        var answer = running.raw("POST /read HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + chunks);

        assertThat(answer).startsWith("HTTP/1.1 400").contains("\"code\":\"invalid_request\"");
    }

    @Test
    void whenAReaderTakesNothingThenItsConnectionIsClosedAfterTheIdleTimeout() throws Exception {
        try (var socket = connect()) {
            socket.getOutputStream()
                    .write("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(readerLost).succeedsWithin(5 * IDLE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private double refused(String reason) {
        return running.metrics
                .registry()
                .get("http.server.refusals")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), running.service.port("api"));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private Socket asking() throws IOException {
        var socket = connect();
        ask(socket);
        assertThat(status(socket)).isEqualTo("HTTP/1.1 200 OK");
        return socket;
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream().write("GET /short HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static String status(Socket socket) throws IOException {
        var line = new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII);
        // Reads the rest of the answer, for tests that check whether more follows.
        var rest = new StringBuilder();
        for (int next = socket.getInputStream().read();
                next >= 0;
                next = socket.getInputStream().read()) {
            if (rest.append((char) next).toString().endsWith("\r\n\r\nshort")) {
                break;
            }
        }
        return line;
    }

    private static boolean isOpen(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (java.net.SocketTimeoutException nothingSaid) {
            return true;
        }
    }

    private void eventuallyServed() throws IOException {
        var until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        var answer = "";
        while (answer.isEmpty() && System.nanoTime() < until) {
            answer = running.raw("GET /short HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
        assertThat(answer).startsWith("HTTP/1.1 200");
    }
}
