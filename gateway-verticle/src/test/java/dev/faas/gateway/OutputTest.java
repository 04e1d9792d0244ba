package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.OutputChunk.Source;
import dev.faas.testing.Await;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class OutputTest {
    private static final int CHUNK = 64 * 1024;

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("writer");
    }

    @BeforeEach
    void quiet() {
        faas.registry.answersNothing();
    }

    private static byte[] random(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static SpawnerRun writeAll(SpawnerRun run, Source source, byte[] bytes) {
        for (int from = 0; from < bytes.length; from += CHUNK) {
            var piece = new byte[Math.min(CHUNK, bytes.length - from)];
            System.arraycopy(bytes, from, piece, 0, piece.length);
            run.write(source, piece);
        }
        return run;
    }

    private static GatewayAnswer head(String path) throws IOException, InterruptedException {
        return faas.send(faas.as(faas.alice, path).method("HEAD", BodyPublishers.noBody()));
    }

    @Test
    void givenAShortText_whenItsResultIsRead_thenItIsExactAndNeverHtml() throws Exception {
        var id = faas.accepted("writer", "x");
        faas.claim(id).out("<script>é\r\n").fail(1);

        var answer = result(id);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("<script>é\r\n");
        assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Activation-Status")).isEqualTo("failed");
        assertThat(answer.header("Content-Length")).isEqualTo("12");
        var head = head("/v1/activations/" + id + "/result");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo("12");
        assertThat(head.bytes()).isEmpty();
    }

    @Test
    void givenAnUnfinishedActivation_whenTheResultIsRead_thenTheResponseIs202() throws Exception {
        var id = faas.accepted("writer", "x");
        var queued = result(id);
        faas.claim(id).out("not yet all");
        var running = result(id);

        assertThat(queued.status()).isEqualTo(202);
        assertThat(queued.header("Retry-After")).isEqualTo("1");
        assertThat(queued.field("status")).isEqualTo("queued");
        assertThat(running.status()).isEqualTo(202);
        assertThat(running.field("status")).isEqualTo("running");
    }

    @Test
    void givenBinaryOutput_whenTheResultIsRead_thenItIsExact() throws Exception {
        var id = faas.accepted("writer", "x");
        var bytes = random(1000);
        faas.claim(id).write(Source.STDOUT, bytes).succeed();

        assertThat(result(id).bytes()).isEqualTo(bytes);
        assertThat(result(id).header("Content-Length")).isEqualTo("1000");
    }

    @Test
    void givenAMebibyteAmongOtherRunsAndTheLog_whenTheResultIsRead_thenItIsExact() throws Exception {
        var id = faas.accepted("writer", "x");
        var lost = faas.claim(id).write(Source.STDOUT, random(100));
        lost.handBack();
        var bytes = random(1 << 20);
        var run = faas.claim(id).err("a word first");
        lost.chunk(lost.runId(), Source.STDOUT, 100, random(50));
        writeAll(run, Source.STDOUT, bytes).err("and one last").succeed();

        var answer = result(id);

        assertThat(answer.bytes()).isEqualTo(bytes);
        assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(1 << 20));
        assertThat(head("/v1/activations/" + id + "/result").header("Content-Length"))
                .isEqualTo(Integer.toString(1 << 20));
        assertThat(faas.registry.asked()).isEmpty();
    }

    @Test
    void givenAChunkStoredTwice_whenTheResultIsRead_thenItHasTheChunkOnce() throws Exception {
        var id = faas.accepted("writer", "x");
        var run = faas.claim(id);
        var bytes = random(2 * CHUNK);
        writeAll(run, Source.STDOUT, bytes);
        var again = new byte[CHUNK];
        System.arraycopy(bytes, CHUNK, again, 0, CHUNK);
        run.chunk(run.runId(), Source.STDOUT, CHUNK, again);
        run.succeed();

        assertThat(result(id).bytes()).isEqualTo(bytes);
    }

    @Test
    void givenPrunedChunks_whenTheResultIsRead_thenTheRegistrysCopyIsReturned() throws Exception {
        var id = faas.accepted("writer", "x");
        var run = faas.claim(id);
        var bytes = random(1000);
        var first = run.chunk(run.runId(), Source.STDOUT, 0, bytes);
        run.write(Source.STDOUT, bytes).succeed();
        Await.await(faas.events.prune(first));
        var second = Await.await(faas.events.nextOutput(id, 1)).orElseThrow();
        Await.await(faas.events.prune(second.sequence()));
        faas.registry.answers(request -> request.response()
                .putHeader("X-Activation-Status", "succeeded")
                .putHeader("Content-Type", "application/octet-stream")
                .end("the copy"));

        var answer = result(id);

        assertThat(answer.text()).isEqualTo("the copy");
        assertThat(answer.header("X-Activation-Status")).isEqualTo("succeeded");
        assertThat(faas.registry.asked()).containsExactly("GET /v1/activations/" + id + "/result");
    }

    @Test
    void givenAMissingChunk_whenTheResultIsRead_thenTheClientSeesThatItIsIncomplete() throws Exception {
        var id = faas.accepted("writer", "x");
        var run = faas.claim(id);
        run.write(Source.STDOUT, random(CHUNK));
        var middle = run.chunk(run.runId(), Source.STDOUT, CHUNK, random(CHUNK));
        run.write(Source.STDOUT, random(CHUNK)).write(Source.STDOUT, random(CHUNK));
        var second = Await.await(faas.events.nextOutput(id, middle + 1)).orElseThrow();
        run.succeed();
        Await.await(faas.events.prune(middle));
        Await.await(faas.events.prune(second.sequence()));

        assertThatThrownBy(() -> result(id)).isInstanceOf(IOException.class);
    }

    @Test
    void givenNoOutput_whenResultAndLogAreRead_thenTheyAreEmpty() throws Exception {
        var id = faas.accepted("writer", "x");
        faas.claim(id).succeed();

        assertThat(result(id).bytes()).isEmpty();
        assertThat(result(id).header("Content-Length")).isEqualTo("0");
        assertThat(faas.get("/v1/activations/" + id + "/logs").bytes()).isEmpty();
    }

    @Test
    void givenALog_whenReadBeforeAndAfterTheEnd_thenItIsWhatTheRunWroteSoFar() throws Exception {
        var id = faas.accepted("writer", "x");
        var path = "/v1/activations/" + id + "/logs";
        var queued = faas.get(path);
        var run = faas.claim(id).out("result").err("one\n");
        var running = faas.get(path);
        run.err("two\n").succeed();
        var ended = faas.get(path);

        assertThat(queued.status()).isEqualTo(200);
        assertThat(queued.bytes()).isEmpty();
        assertThat(running.text()).isEqualTo("one\n");
        assertThat(running.header("X-Activation-Status")).isEqualTo("running");
        assertThat(ended.text()).isEqualTo("one\ntwo\n");
        assertThat(ended.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(ended.header("Content-Length")).isEqualTo("8");
        assertThat(faas.get(path + "?follow=true").text()).isEqualTo("one\ntwo\n");
        assertThat(faas.get(path + "?follow=maybe").status()).isEqualTo(400);
    }

    @Test
    void givenAFollowedLog_whenTheRunWrites_thenItIsStreamedUntilTheEnd() throws Exception {
        var id = faas.accepted("writer", "x");
        var request = faas.as(faas.alice, "/v1/activations/" + id + "/logs?follow=true");
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(request.build(), BodyHandlers.ofInputStream());
            assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
            try (var body = response.body()) {
                var run = faas.claim(id).out("not this").err("héllo\n");
                assertThat(new String(body.readNBytes(7), StandardCharsets.UTF_8))
                        .isEqualTo("héllo\n");
                run.err("bye\n").fail(1);
                assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("bye\n");
            }
        }
        Await.until("it is closed", () -> faas.gateway.countOpenResponses() == 0);
    }

    private static GatewayAnswer result(String id, String... headers) throws IOException, InterruptedException {
        var request = faas.as(faas.alice, "/v1/activations/" + id + "/result");
        return faas.send(headers.length == 0 ? request : request.headers(headers));
    }

    @Test
    void givenSixteenMebibytes_whenPartsAreRead_thenTheyAreExact() throws Exception {
        var bytes = random(16 << 20);
        var id = faas.accepted("writer", "x");
        writeAll(faas.claim(id), Source.STDOUT, bytes).succeed();

        var whole = result(id);
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(whole.header("ETag")).isEqualTo("\"" + id + ".result\"");
        assertThat(whole.bytes()).isEqualTo(bytes);
        for (var part : new int[][] {
            {0, 1}, {CHUNK - 1, CHUNK + 1}, {3 * CHUNK, 4 * CHUNK}, {(16 << 20) - 5, 16 << 20}, {1_000_000, 9_000_000}
        }) {
            var answer = result(id, "Range", "bytes=" + part[0] + "-" + (part[1] - 1));

            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.header("Content-Range"))
                    .isEqualTo("bytes " + part[0] + "-" + (part[1] - 1) + "/" + bytes.length);
            assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(part[1] - part[0]));
            assertThat(answer.bytes()).isEqualTo(Arrays.copyOfRange(bytes, part[0], part[1]));
        }
    }

    @Test
    void givenAShortResultAndItsLog_whenPartsAreReadWithPreconditions_thenTheyAreHonoured() throws Exception {
        var id = faas.accepted("writer", "x");
        faas.claim(id).err("a log").out("0123456789").succeed();
        var etag = "\"" + id + ".result\"";

        assertThat(result(id, "Range", "bytes=2-4").text()).isEqualTo("234");
        assertThat(result(id, "Range", "bytes=-3").text()).isEqualTo("789");
        assertThat(result(id, "Range", "bytes=2-4", "If-Range", etag).status()).isEqualTo(206);
        assertThat(result(id, "Range", "bytes=2-4", "If-Range", "W/" + etag).status())
                .isEqualTo(200);
        assertThat(result(id, "Range", "bytes=2-4", "If-Range", "\"other\"").text())
                .isEqualTo("0123456789");
        assertThat(result(id, "Range", "bytes=2-4", "If-Range", "Tue, 24 Nov 2026 18:00:00 GMT")
                        .status())
                .isEqualTo(200);
        assertThat(result(id, "Range", "bytes=0-1,4-5").text()).isEqualTo("0123456789");
        var behind = result(id, "Range", "bytes=10-");
        assertThat(behind.status()).isEqualTo(416);
        assertThat(behind.header("Content-Range")).isEqualTo("bytes */10");
        assertThat(behind.field("code")).isEqualTo("range_not_satisfiable");
        var known = result(id, "If-None-Match", "\"x\", W/" + etag, "Range", "bytes=20-");
        assertThat(known.status()).isEqualTo(304);
        assertThat(known.header("ETag")).isEqualTo(etag);
        assertThat(result(id, "If-Match", "\"other\"").field("code")).isEqualTo("precondition_failed");
        assertThat(result(id, "If-Match", etag).status()).isEqualTo(200);
        var log =
                faas.send(faas.as(faas.alice, "/v1/activations/" + id + "/logs").headers("Range", "bytes=2-"));
        assertThat(log.status()).isEqualTo(206);
        assertThat(log.text()).isEqualTo("log");
        assertThat(log.header("ETag")).isEqualTo("\"" + id + ".log\"");
        var head = faas.send(faas.as(faas.alice, "/v1/activations/" + id + "/result")
                .headers("Range", "bytes=2-4")
                .method("HEAD", BodyPublishers.noBody()));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo("10");
    }
}
