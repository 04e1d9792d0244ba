package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.Ids;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ActivationReadTest {
    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("reader");
    }

    @BeforeEach
    void quiet() {
        faas.registry.answersNothing();
    }

    @Test
    void givenAnActivation_whenRead_thenTheRecordIsCompleteAndHasNoInternalFields() throws Exception {
        var id = faas.accepted("reader", "a secret argument");

        var queued = faas.get("/v1/activations/" + id);
        faas.claim(id).out("42").succeed();
        var ended = faas.get("/v1/activations/" + id);

        assertThat(queued.status()).isEqualTo(200);
        assertThat(queued.field("status")).isEqualTo("queued");
        assertThat(queued.text()).doesNotContain("secret", "spec", "order", "owner");
        assertThat(ended.field("status")).isEqualTo("succeeded");
        assertThat(ended.field("result")).isEqualTo("42");
        assertThat(ended.json().path("function").path("name").asText()).isEqualTo("reader");
        assertThat(ended.field("submittedAt")).matches(".*T\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(ended.json().has("reason")).isTrue();
        assertThat(ended.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void givenAWait_whenTheActivationEnds_thenTheResponseIsSentAtOnce() throws Exception {
        var id = faas.accepted("reader", "x");
        var run = faas.claim(id);
        var asked = CompletableFuture.supplyAsync(() -> unchecked("/v1/activations/" + id + "?wait=60"));
        Await.until("somebody waits", () -> faas.gateway.countOpenResponses() == 1);

        run.out("done").succeed();

        assertThat(Await.await(asked).field("status")).isEqualTo("succeeded");
        assertThat(faas.gateway.countOpenResponses()).isZero();
    }

    @Test
    void givenAWait_whenItsLimitPasses_thenTheResponseIsTheCurrentState() throws Exception {
        var id = faas.accepted("reader", "x");
        var started = System.nanoTime();
        var asked = CompletableFuture.supplyAsync(() -> unchecked("/v1/activations/" + id + "?wait=1"));
        faas.claim(id);

        assertThat(Await.await(asked).field("status")).isEqualTo("running");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(900));
    }

    private static GatewayAnswer unchecked(String path) {
        try {
            return faas.get(path);
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givenAnotherUsersActivation_whenReadOnAnyRoute_thenItIsLikeAnUnknownOne() throws Exception {
        var id = faas.accepted("reader", "x");
        faas.claim(id).out("secret").succeed();

        for (var what : List.of("", "?wait=1", "/result", "/logs", "/logs?follow=true", "/events")) {
            var others = faas.send(faas.as(faas.bob, "/v1/activations/" + id + what));
            var asked = faas.registry.asked();
            faas.registry.answersNothing();
            var nobodys = faas.send(faas.as(faas.bob, "/v1/activations/" + Ids.activation(Instant.EPOCH) + what));

            assertThat(others.status()).as(what).isEqualTo(404).isEqualTo(nobodys.status());
            assertThat(others.code()).as(what).isEqualTo(nobodys.code());
            // The ledger is asked in both cases, so the response takes the same time.
            assertThat(asked).as(what).hasSize(1);
            assertThat(faas.registry.asked()).as(what).hasSize(1);
            faas.registry.answersNothing();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "fn_06b7gd98g07rk4q3v8x2m5n9tb", "06B7GD98G07RK4Q3V8X2M5N9TB", "*", ">", "a.b", "%2E%2E%2E"
            })
    void givenAnInvalidId_whenReadOnAnyRoute_thenItIsNotFound(String id) throws Exception {
        for (var what : List.of("", "/result", "/logs", "/events")) {
            var answer = faas.get("/v1/activations/" + id.replace(">", "%3E").replace("*", "%2A") + what);

            assertThat(answer.status()).as(what).isEqualTo(404);
        }
        assertThat(faas.registry.asked()).isEmpty();
    }

    @Test
    void givenNoToken_whenReadOnAnyRoute_thenTheResponseIs401() throws Exception {
        var id = faas.accepted("reader", "x");

        for (var what : List.of("", "/result", "/logs", "/events")) {
            var answer = faas.send(faas.request("/v1/activations/" + id + what));

            assertThat(answer.status()).as(what).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        }
    }

    @Test
    void givenAPrunedActivation_whenRead_thenTheRegistryAnswers() throws Exception {
        var id = Ids.activation(Instant.now());
        faas.registry.answers(request -> request.response()
                .putHeader("Faas-Sequence", "7")
                .putHeader("Content-Type", "application/json")
                .end("{\"activationId\":\"" + id + "\"}"));

        var answer = faas.get("/v1/activations/" + id + "?wait=5");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("activationId")).isEqualTo(id);
        assertThat(answer.header("Faas-Sequence")).isEmpty();
        assertThat(faas.registry.asked()).containsExactly("GET /v1/activations/" + id);
    }

    @Test
    void givenAnUnknownActivation_whenRead_thenTheRegistrysResponseIsForwarded() throws Exception {
        var id = Ids.activation(Instant.now());

        assertThat(faas.get("/v1/activations/" + id).status()).isEqualTo(404);
        assertThat(faas.get("/v1/activations/" + id + "/result").status()).isEqualTo(404);
        assertThat(faas.get("/v1/activations/" + id + "/events").code()).isEqualTo("activation_not_found");
    }

    @Test
    void givenARequestId_whenAnswered_thenTheResponseHasIt() throws Exception {
        var id = faas.accepted("reader", "x");

        var answer = faas.send(faas.as(faas.alice, "/v1/activations/" + id).header("X-Request-Id", "mine-1"));

        assertThat(answer.header("X-Request-Id")).isEqualTo("mine-1");
    }
}
