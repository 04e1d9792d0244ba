package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.gateway.forward.RegistryClient;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class FunctionsTest {
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

    @Test
    void givenAWriteOfAFunction_whenAnswered_thenTheFunctionCanBeCalled() throws Exception {
        var now = Instant.now();
        var spec = FunctionSpec.of("held-back", "x");
        var function = new FunctionRevision(Ids.function(now), faas.alice, 1, null, now, now, spec);
        var before = Await.await(faas.bus.kv(Subjects.FUNCTIONS).put("warm.up", Codec.encode(function)));
        var bucket = faas.bus.kv(Subjects.FUNCTIONS);
        // The write reaches NATS after the response: the submit finds it only if the response is held back.
        faas.registry.answers(request -> {
            request.response()
                    .setStatusCode(201)
                    .putHeader("Faas-Function-Sequence", Long.toString(before + 1))
                    .end("{}");
            faas.vertx.setTimer(400, later -> {
                var unused = bucket.put(FunctionRevision.key(faas.alice, "held-back"), Codec.encode(function));
            });
        });
        var started = System.nanoTime();

        var answer = faas.send(faas.as(faas.alice, "/v1/functions").POST(BodyPublishers.ofString("{}")));

        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isBetween(Duration.ofMillis(300), Duration.ofSeconds(2));
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Faas-Function-Sequence")).isEmpty();
        faas.registry.answersNothing();
        assertThat(faas.submit("held-back", "x").status()).isEqualTo(202);
        assertThat(faas.registry.asked()).isEmpty();
    }

    @Test
    void givenAWriteThatNeverReachesTheCache_whenAnswered_thenTheResponseIsSentAfterTheLimit() throws Exception {
        faas.registry.answers(request -> request.response()
                .putHeader("Faas-Function-Sequence", Long.toString(Long.MAX_VALUE))
                .end("{}"));
        var started = System.nanoTime();

        var answer = faas.send(faas.as(faas.alice, "/v1/functions/x").DELETE());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(1900));
    }

    @Test
    void givenAFunctionThatIsNotCached_whenCalled_thenTheRegistryIsAskedInTheCallersName() throws Exception {
        var now = Instant.now();
        var asked = new CompletableFuture<MultiMap>();
        var third = new FunctionRevision(
                Ids.function(now), faas.alice, 3, "sha256:3", now, now, FunctionSpec.of("far", "far:3"));
        faas.registry.answers(request -> {
            asked.complete(MultiMap.caseInsensitiveMultiMap().addAll(request.headers()));
            request.response().end(Buffer.buffer(Codec.encode(third)));
        });

        var id = faas.accepted("far@3", "x");

        assertThat(faas.registry.asked()).containsExactly("GET /v1/functions/far@3");
        assertThat(Await.await(asked).get("Accept")).isEqualTo("application/vnd.faas.revision+json");
        assertThat(Await.await(asked).get("Authorization")).startsWith("Bearer ");
        var accepted = Await.await(faas.events.lastFromLeader(id)).orElseThrow().record();
        assertThat(accepted.activation().image()).isEqualTo("far:3");
        assertThat(accepted.activation().function().revision()).isEqualTo(3);
    }

    @Test
    void givenACachedFunction_whenCalledByNameIdOrRevision_thenTheRegistryIsNotAsked() throws Exception {
        var function = faas.function("near");

        for (var ref : List.of("near", function.id(), "near@1", function.id() + "@1")) {
            assertThat(faas.submit(ref, "x").status()).as(ref).isEqualTo(202);
        }
        assertThat(faas.registry.asked()).isEmpty();
        assertThat(faas.submit("near@2", "x").code()).isEqualTo("function_not_found");
        assertThat(faas.registry.asked()).containsExactly("GET /v1/functions/near@2");
    }

    @Test
    void givenAFunctionWhoseSpecificationIsNotCached_whenCalled_thenItIsReadFromTheBucketAndNotTheRegistry()
            throws Exception {
        var function = faas.function("evicted");
        var small = faas.withFunctionCache(0);

        for (var ref : List.of("evicted", function.id(), "evicted@1")) {
            var answer = faas.sendTo(small, faas.submission(ref, "text/plain", BodyPublishers.ofString("x")));
            assertThat(answer.status()).as(ref).isEqualTo(202);
            var accepted = Await.await(faas.events.acceptedState(answer.field("activationId")))
                    .orElseThrow();
            assertThat(accepted.order().spec()).isEqualTo(function.spec());
        }
        assertThat(faas.registry.asked()).isEmpty();
    }

    @Test
    void givenADeletedFunction_whenCalled_thenItIsNotFound() throws Exception {
        faas.function("short-lived");
        Await.await(faas.bus.kv(Subjects.FUNCTIONS).delete(FunctionRevision.key(faas.alice, "short-lived")));

        Await.until("gone", () -> !known("short-lived"));

        assertThat(faas.submit("short-lived", "x").code()).isEqualTo("function_not_found");
    }

    @Test
    void givenAClientThatAcceptsTheInternalForm_whenForwarded_thenTheHeaderIsRemoved() throws Exception {
        var accept = new CompletableFuture<String>();
        faas.registry.answers(request -> {
            accept.complete(String.valueOf(request.getHeader("Accept")));
            request.response().end("{}");
        });

        var alone = faas.send(faas.as(faas.alice, "/v1/functions/x").header("Accept", RegistryClient.REVISION));
        var first = faas.send(faas.as(faas.alice, "/v1/functions/x")
                .header("Accept", RegistryClient.REVISION)
                .header("Accept", "application/json"));

        assertThat(alone.status()).isEqualTo(406);
        assertThat(first.status()).isEqualTo(200);
        assertThat(Await.await(accept)).isEqualTo("null");
    }

    private static boolean known(String function) {
        try {
            return faas.submit(function, "x").status() == 202;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
