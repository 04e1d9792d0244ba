package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvent;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionSpec;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class IdempotencyTest {
    @AutoClose
    static RunningGateway faas;

    static GatewayVerticle other;

    private final String key = UUID.randomUUID().toString();

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        other = faas.another();
        faas.function("pay");
    }

    @BeforeEach
    void quiet() {
        faas.registry.answersNothing();
    }

    private static HttpRequest.Builder request(String function, String key, String argument) {
        return faas.submission(function, "text/plain", BodyPublishers.ofString(argument))
                .header("Idempotency-Key", key);
    }

    private static HttpRequest.Builder json(String key, String body) {
        return faas.submission("pay", "application/json", BodyPublishers.ofString(body))
                .header("Idempotency-Key", key);
    }

    private GatewayAnswer submit(String argument) throws IOException, InterruptedException {
        return faas.send(request("pay", key, argument));
    }

    private static GatewayAnswer atTheOther(HttpRequest.Builder request) throws IOException, InterruptedException {
        return faas.sendTo(other, request);
    }

    private static long queued(String functionId) {
        return Await.await(faas.queue.stats(functionId)).orElseThrow().queued();
    }

    /** Like the projector. */
    private static void prune(String id) {
        prune(from -> faas.events.nextOutput(id, from));
        prune(from -> faas.events.nextState(id, from));
        assertThat(Await.await(faas.events.lastFromLeader(id))).isEmpty();
    }

    private static <E extends ActivationEvent> void prune(Function<Long, CompletionStage<Optional<E>>> next) {
        for (var event = Await.await(next.apply(1L)); event.isPresent(); event = Await.await(next.apply(1L))) {
            Await.await(faas.events.prune(event.get().sequence()));
        }
    }

    private static void ledgerHas(String id) {
        faas.registry.answers(request -> request.response()
                .putHeader("Content-Type", "application/json")
                .end("{\"activationId\":\"" + id
                        + "\",\"status\":\"succeeded\",\"finishedAt\":\"2026-11-24T10:00:00.000Z\"}"));
    }

    @Test
    void givenAKey_whenRepeatedAtEitherGateway_thenTheFirstResponseIsReturnedAndItIsQueuedOnce() throws Exception {
        var function = faas.function("once");
        Await.await(faas.queue.ensureConsumer(function));

        var first = faas.send(request("once", key, "x"));
        var again = faas.send(request("once", key, "x"));
        var elsewhere = atTheOther(request("once", key, "x"));

        assertThat(first.status()).isEqualTo(202);
        for (var repeat : List.of(again, elsewhere)) {
            assertThat(repeat.status()).isEqualTo(202);
            assertThat(repeat.text()).isEqualTo(first.text());
            assertThat(repeat.header("Location")).isEqualTo(first.header("Location"));
            assertThat(repeat.header("X-Activation-Id")).isEqualTo(first.field("activationId"));
        }
        Await.until("it is queued", () -> queued(function.id()) > 0);
        assertThat(queued(function.id())).isEqualTo(1);
    }

    @Test
    void givenManyConcurrentRequestsWithOneKeyAtTwoGateways_whenAllAreAnswered_thenThereIsOneActivation()
            throws Exception {
        var function = faas.function("stampede");
        Await.await(faas.queue.ensureConsumer(function));
        var requests = new ArrayList<Callable<GatewayAnswer>>();
        for (int i = 0; i < 20; i++) {
            requests.add(() -> faas.send(request("stampede", key, "x")));
            requests.add(() -> atTheOther(request("stampede", key, "x")));
        }

        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            var ids = new ArrayList<String>();
            for (var answer : all.invokeAll(requests)) {
                assertThat(answer.get().status()).as(answer.get().text()).isEqualTo(202);
                ids.add(answer.get().field("activationId"));
            }
            assertThat(ids).hasSize(40);
            assertThat(ids.stream().distinct()).hasSize(1);
        }
        Await.until("it is queued", () -> queued(function.id()) > 0);
        assertThat(queued(function.id())).isEqualTo(1);
    }

    @Test
    void givenAFullQueue_whenAKeyIsRefused_thenItIsNotClaimed() throws Exception {
        var function = faas.function(faas.alice, narrow("strait", 1));
        Await.await(faas.queue.ensureConsumer(function));
        var first = faas.send(request("strait", key, "x"));

        var refused = faas.send(request("strait", "other-" + key, "y"));
        var repeated = faas.send(request("strait", key, "x"));

        assertThat(first.status()).isEqualTo(202);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(repeated.status()).isEqualTo(202);
        assertThat(repeated.text()).isEqualTo(first.text());
        assertThat(faas.send(request("strait", key, "y")).code()).isEqualTo("idempotency_key_reused");
        faas.function(faas.alice, narrow("strait", 100));
        // Not "reused", since the refused request did not claim the key.
        assertThat(faas.send(request("strait", "other-" + key, "z")).status()).isEqualTo(202);
    }

    private static FunctionSpec narrow(String name, int maxPending) {
        return RunningGateway.spec(name, null, maxPending);
    }

    @Test
    void givenAKey_whenUsedForAnotherRequest_thenItIsRefusedAndTheFirstStays() throws Exception {
        var first = submit("x");

        for (var another : List.of(
                request("pay", key, "y"),
                json(key, "{\"argument\":\"x\",\"timeoutSeconds\":7}"),
                json(key, "{\"argument\":\"x\",\"tags\":{\"a\":\"b\"}}"),
                request("pay@1", key, "x"))) {
            var refused = faas.send(another);
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.code()).isEqualTo("idempotency_key_reused");
        }
        assertThat(submit("x").field("activationId")).isEqualTo(first.field("activationId"));
    }

    @Test
    void givenAKey_whenTheSameRequestIsWrittenDifferently_thenItIsTheSameRequest() throws Exception {
        var first = submit("x");
        var same = faas.send(json(key, " { \"tags\" : {}, \"argument\" : \"\\u0078\" } "));

        assertThat(same.status()).isEqualTo(202);
        assertThat(same.field("activationId")).isEqualTo(first.field("activationId"));
    }

    @Test
    void givenAKey_whenAnotherFunctionOrUserHasTheSameKey_thenTheyAreIndependent() throws Exception {
        faas.function("refund");
        faas.function(faas.bob, FunctionSpec.of("pay", "x"));
        var first = submit("x").field("activationId");

        var otherFunction = faas.send(request("refund", key, "y"));
        var otherUser = faas.send(faas.as(faas.bob, "/v1/functions/pay/activations")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.noBody()));

        assertThat(otherFunction.status()).isEqualTo(202);
        assertThat(otherUser.status()).isEqualTo(202);
        assertThat(List.of(otherFunction.field("activationId"), otherUser.field("activationId")))
                .doesNotContain(first)
                .doesNotHaveDuplicates();
    }

    @Test
    void givenAnEndedActivation_whenRepeated_thenTheFirstResponseIsReturned_orTheRecordWithAWait() throws Exception {
        var first = submit("x");
        faas.claim(first.field("activationId")).out("42").succeed();

        var again = submit("x");
        var waited = faas.send(faas.as(faas.alice, "/v1/functions/pay/activations?wait=5")
                .header("Idempotency-Key", key)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("x")));

        assertThat(again.status()).isEqualTo(202);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(waited.status()).isEqualTo(200);
        assertThat(waited.field("result")).isEqualTo("42");
    }

    @Test
    void givenAPrunedActivation_whenRepeated_thenTheLedgerIsAskedAndItIsNotAcceptedAgain() throws Exception {
        var first = submit("x");
        var id = first.field("activationId");
        faas.claim(id).out("42").succeed();
        prune(id);
        ledgerHas(id);

        var again = submit("x");
        var waited = faas.send(faas.as(faas.alice, "/v1/functions/pay/activations?wait=5")
                .header("Idempotency-Key", key)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("x")));

        assertThat(again.status()).isEqualTo(202);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(waited.status()).isEqualTo(200);
        assertThat(waited.field("status")).isEqualTo("succeeded");
        assertThat(Await.await(faas.events.lastFromLeader(id))).isEmpty();
        assertThat(faas.registry.asked()).containsOnly("GET /v1/activations/" + id);
    }

    @Test
    void givenAPrunedActivationAndNoLedger_whenRepeated_thenNothingIsAccepted() throws Exception {
        var id = submit("x").field("activationId");
        prune(id);
        faas.registry.answers(request -> request.response().setStatusCode(503).end());

        var again = submit("x");

        assertThat(again.status()).isEqualTo(503);
        assertThat(again.code()).isEqualTo("unavailable");
        assertThat(again.field("dependency")).isEqualTo("registry-service");
        assertThat(Await.await(faas.events.lastFromLeader(id))).isEmpty();
    }

    @Test
    void givenTheGatewayDiedBeforeItEnqueuedTheCommand_whenRepeated_thenItIsEnqueued() throws Exception {
        var id = submit("x").field("activationId");
        var activation = Await.await(faas.events.lastFromLeader(id))
                .orElseThrow()
                .record()
                .activation();
        var command = ActivationCommand.of(activation);
        Await.until("it is queued", () -> Await.await(faas.queue.contains(command)));
        Await.await(faas.queue.remove(command));

        submit("x");

        Await.until("it is queued again", () -> Await.await(faas.queue.contains(command)));
    }

    @Test
    void givenTheBucketOfKeys_whenRead_thenItsEntriesLiveForADayAndContainNeitherKeyNorArgument() throws Exception {
        var bus = faas.administrator();
        try {
            var secret = "a-telling-argument";
            faas.send(request("pay", key, secret));
            var bucket = bus.keyValue("IDEMPOTENCY");

            assertThat(bus.keyValueManagement().getStatus("IDEMPOTENCY").getTtl())
                    .isEqualTo(Duration.ofDays(1));
            for (var name : bucket.keys()) {
                assertThat(name).doesNotContain(key);
                assertThat(bucket.get(name).getValueAsString()).doesNotContain(key, secret);
            }
        } finally {
            bus.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ä", "tab\there"})
    void givenAnInvalidKey_whenSubmitted_thenItIsRefused(String wrong) throws Exception {
        // The Java client refuses such header values.
        var answer = faas.raw("POST /v1/functions/pay/activations HTTP/1.1\r\nHost: faas\r\nAuthorization: "
                + faas.signer.bearer(faas.alice) + "\r\nContent-Length: 0\r\nConnection: close\r\nIdempotency-Key: "
                + wrong + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").contains("\"field\":\"Idempotency-Key\"");
    }

    @Test
    void givenTheLongestKey_whenSubmitted_thenItIsAccepted_andALongerOneOrTwoAreNot() throws Exception {
        var longest = "!~\"".repeat(85);

        assertThat(faas.send(request("pay", longest, "x")).status()).isEqualTo(202);
        assertThat(faas.send(request("pay", longest + "x", "x")).status()).isEqualTo(400);
        var two = faas.send(request("pay", "a", "x").header("Idempotency-Key", "b"));
        assertThat(two.status()).isEqualTo(400);
        assertThat(two.json().path("errors").findValuesAsText("field")).containsExactly("Idempotency-Key");
    }
}
