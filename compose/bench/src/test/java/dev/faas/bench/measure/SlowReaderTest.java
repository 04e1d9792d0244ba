package dev.faas.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlowReaderTest {
    private static final String FIRST = "id: 3\nevent: output\ndata: {\"stream\":\"stdout\",\"text\":\"1\\n\"}\n\n";
    private static final String SECOND = "id: 4\nevent: output\ndata: {\"stream\":\"stdout\",\"text\":\"2\\n\"}\n\n";
    private static final String END = "event: end\ndata: {}\n\n";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> resumedAfter = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void givenAServerThatClosesTheConnection_whenTheReaderResumes_thenItHasEachOutputOnce() throws Exception {
        var done = read(request -> {
            var after = String.valueOf(request.getHeader("Last-Event-ID"));
            resumedAfter.add(after);
            var response = request.response().setChunked(true);
            if (after.equals("null")) {
                response.write(FIRST).onComplete(sent -> request.connection().close());
            } else {
                response.end(SECOND + END);
            }
        });

        assertThat(resumedAfter).containsExactly("null", "3");
        assertThat(done.cutOff()).isEqualTo(1);
        assertThat(done.bytes()).isEqualTo(4);
        assertThat(done.checksum()).isEqualTo(checksum("1\n2\n"));
    }

    @Test
    void givenAServerThatWaits_whenTheReaderReadsOn_thenItWasNotCutOff() throws Exception {
        var done = read(request -> request.response().setChunked(true).end(FIRST + SECOND + END));

        assertThat(done).isEqualTo(new SlowReader.Result(0, 4, checksum("1\n2\n")));
    }

    private SlowReader.Result read(Handler<HttpServerRequest> server) throws Exception {
        var port = vertx.createHttpServer()
                .requestHandler(server)
                .listen(0, "127.0.0.1")
                .await()
                .actualPort();
        var done = new CompletableFuture<SlowReader.Result>();
        var http = vertx.createHttpClient();
        vertx.runOnContext(now -> new SlowReader(
                        vertx,
                        http,
                        URI.create("http://127.0.0.1:" + port + "/events"),
                        "Bearer any",
                        Duration.ofMillis(50),
                        () -> {},
                        done::complete)
                .open());
        return done.get(20, TimeUnit.SECONDS);
    }

    private static long checksum(String text) {
        var sum = new CRC32();
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        return sum.getValue();
    }
}
