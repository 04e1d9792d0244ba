package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.OutputChunk.Source;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class OutputTest {
    private static final int CHUNK = 64 * 1024;

    @TempDir
    static Path directory;

    static RunningGateway faas;

    @BeforeAll
    static void start() throws Exception {
        faas = new RunningGateway(directory);
        faas.function("writer");
    }

    @AfterAll
    static void stop() throws Exception {
        faas.close();
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

    private static Answer result(String id) throws IOException, InterruptedException {
        return faas.get("/v1/activations/" + id + "/result");
    }

    private static Answer head(String path) throws IOException, InterruptedException {
        return faas.send(faas.as(faas.alice, path).method("HEAD", BodyPublishers.noBody()));
    }

    @Test
    void givenAShortText_whenItsResultIsAskedFor_thenItComesToTheByteAndNeverAsAPage() throws Exception {
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
    void givenAnEndIsStillToCome_whenTheResultIsAskedFor_thenTheClientIsToldToComeAgain() throws Exception {
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
    void givenBytesThatAreNoText_whenTheResultIsAskedFor_thenTheyComeToTheByte() throws Exception {
        var id = faas.accepted("writer", "x");
        var bytes = random(1000);
        faas.claim(id).write(Source.STDOUT, bytes).succeed();

        assertThat(result(id).bytes()).isEqualTo(bytes);
        assertThat(result(id).header("Content-Length")).isEqualTo("1000");
    }

    @Test
    void givenAMebibyteAmongOtherRunsAndTheLog_whenTheResultIsAskedFor_thenItComesToTheByte() throws Exception {
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
    void givenAChunkStoredTwice_whenTheResultIsAskedFor_thenItIsThereOnce() throws Exception {
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
    void givenChunksThatWerePruned_whenTheResultIsAskedFor_thenTheRegistrysCopyIsTheAnswer() throws Exception {
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
    void givenAHoleInTheMiddle_whenTheResultIsAskedFor_thenTheClientSeesThatItIsNotAll() throws Exception {
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
    void givenNothingWritten_whenOutputIsAskedFor_thenItIsEmpty() throws Exception {
        var id = faas.accepted("writer", "x");
        faas.claim(id).succeed();

        assertThat(result(id).bytes()).isEmpty();
        assertThat(result(id).header("Content-Length")).isEqualTo("0");
        assertThat(faas.get("/v1/activations/" + id + "/logs").bytes()).isEmpty();
    }

    @Test
    void givenALog_whenAskedForBeforeAndAfterTheEnd_thenItIsWhatTheRunWroteSoFar() throws Exception {
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
    void givenALogThatIsFollowed_whenTheRunGoesOn_thenItComesAsItIsWrittenAndEndsWithIt() throws Exception {
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
        Await.until("it is closed", () -> faas.gateway.openAnswers() == 0);
    }
}
