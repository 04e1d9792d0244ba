package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ReplayTest {
    private static final String BODY = "{\"argument\":\"photo ☃\",\"timeoutSeconds\":7,\"tags\":{\"order\":\"1\"}}";

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("resize");
    }

    @BeforeEach
    void quiet() {
        faas.registry.answersNothing();
    }

    private static GatewayAnswer replay(String user, String id) throws IOException, InterruptedException {
        return faas.send(faas.as(user, "/v1/activations/" + id + "/replay").POST(BodyPublishers.noBody()));
    }

    private static GatewayAnswer replay(String id) throws IOException, InterruptedException {
        return replay(faas.alice, id);
    }

    private static GatewayAnswer argument(String user, String id) throws IOException, InterruptedException {
        return faas.send(faas.as(user, "/v1/activations/" + id + "/argument"));
    }

    private static String submitted(String function) throws IOException, InterruptedException {
        return faas.submit(function, "application/json", BODY.getBytes(StandardCharsets.UTF_8))
                .field("activationId");
    }

    private static ActivationRecord.Queued accepted(String id) {
        return Await.await(faas.events.acceptedState(id)).orElseThrow();
    }

    @Test
    void givenAnEndedActivation_whenReplayed_thenTheNewOneHasItsArgumentRevisionTimeLimitAndTags() throws Exception {
        var id = submitted("resize");
        faas.claim(id).fail(3);

        var answer = replay(id);

        assertThat(answer.status()).isEqualTo(202);
        var again = answer.field("activationId");
        assertThat(again).isNotEqualTo(id);
        assertThat(answer.header("Location")).isEqualTo("/v1/activations/" + again);
        assertThat(answer.field("status")).isEqualTo("queued");
        var record = accepted(again);
        assertThat(record.order()).isEqualTo(accepted(id).order());
        assertThat(record.order().argument()).isEqualTo("photo ☃");
        var activation = record.activation();
        assertThat(activation.function()).isEqualTo(accepted(id).activation().function());
        assertThat(activation.timeoutSeconds()).isEqualTo(7);
        assertThat(activation.tags()).isEqualTo(Map.of("order", "1"));
        assertThat(activation.submittedAt()).isEqualTo(Ids.timeOf(again));
        Await.until("it is queued", () -> Await.await(faas.queue.contains(ActivationCommand.of(activation))));
    }

    @Test
    void givenTheFunctionHasChangedSince_whenReplayed_thenTheOldRevisionRuns() throws Exception {
        var old = faas.function("changing");
        var id = submitted("changing");
        var spec = FunctionSpec.of("changing", "registry.example/new:2");
        var next = new FunctionRevision(
                old.id(), old.owner(), 2, null, old.createdAt(), Instant.now().plusSeconds(1), spec);
        Await.await(
                faas.bus.kv(Subjects.FUNCTIONS).put(FunctionRevision.key(faas.alice, "changing"), Codec.encode(next)));
        Await.until("the gateway knows the new one", () -> revisionOf(unchecked("changing")) == 2);

        var again = replay(id).field("activationId");

        assertThat(revisionOf(again)).isEqualTo(1);
        assertThat(accepted(again).activation().image()).isEqualTo("registry.example/changing:1");
        assertThat(accepted(again).order().spec()).isEqualTo(old.spec());
    }

    private static String unchecked(String function) {
        try {
            return submitted(function);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int revisionOf(String id) {
        return accepted(id).activation().function().revision();
    }

    @Test
    void givenAPrunedActivation_whenReplayed_thenTheLedgersCopyIsUsed() throws Exception {
        var id = submitted("resize");
        var kept = accepted(id);
        Await.await(faas.events.prune(
                Await.await(faas.events.lastFromLeader(id)).orElseThrow().sequence()));
        faas.registry.answers(
                request -> request.response().end(new String(Codec.encode(kept), StandardCharsets.UTF_8)));

        var answer = replay(id);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(accepted(answer.field("activationId")).order()).isEqualTo(kept.order());
        assertThat(faas.registry.asked()).containsExactly("GET /v1/activations/" + id + "/accepted");
        assertThat(argument(faas.alice, id).text()).isEqualTo("photo ☃");
    }

    @Test
    void givenAnExpiredArgument_whenReplayed_thenTheResponseIs410_orThatTheFunctionIsDeleted() throws Exception {
        var kept = faas.function("kept").id();

        var expired = replayExpired(kept);
        var deleted = replayExpired(Ids.function(Instant.now()));

        assertThat(expired.status()).isEqualTo(410);
        assertThat(expired.code()).isEqualTo("result_expired");
        assertThat(deleted.status()).isEqualTo(404);
        assertThat(deleted.code()).isEqualTo("function_not_found");
    }

    @Test
    void theArgumentIsShownAsTextBeforeAndAfterTheEnd() throws Exception {
        var id = submitted("resize");

        for (var end : List.of(false, true)) {
            if (end) {
                faas.claim(id).fail(3);
            }
            var answer = argument(faas.alice, id);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(answer.text()).isEqualTo("photo ☃");
        }
    }

    @Test
    void anExpiredArgumentIsGoneEvenIfTheFunctionIsDeleted() throws Exception {
        var id = Ids.activation(Instant.now());
        answersExpired(id, Ids.function(Instant.now()));

        var answer = argument(faas.alice, id);

        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.code()).isEqualTo("result_expired");
    }

    private static GatewayAnswer replayExpired(String functionId) throws IOException, InterruptedException {
        var id = Ids.activation(Instant.now());
        answersExpired(id, functionId);
        return replay(id);
    }

    private static void answersExpired(String id, String functionId) {
        faas.registry.answers(request -> {
            switch (request.path()) {
                case String path
                when path.endsWith("/accepted") ->
                    request.response().setStatusCode(410).end("{}");
                case String path
                when path.endsWith(id) -> request.response().end("{\"function\":{\"id\":\"" + functionId + "\"}}");
                default -> request.response().setStatusCode(404).end("{}");
            }
        });
    }

    @Test
    void givenAnotherUsersOrAnUnknownActivation_whenReplayedOrItsArgumentIsRead_thenItIsNotFound() throws Exception {
        var id = submitted("resize");

        for (var answer : List.of(
                replay(faas.bob, id),
                replay(Ids.activation(Instant.now())),
                replay("nothing"),
                argument(faas.bob, id),
                argument(faas.alice, Ids.activation(Instant.now())),
                argument(faas.alice, "nothing"))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("activation_not_found");
        }
    }

    @Test
    void givenTheFunctionIsDeleted_whenReplayed_thenThereIsNoFunctionToRun() throws Exception {
        faas.function("leaving");
        var id = submitted("leaving");
        Await.await(faas.bus.kv(Subjects.FUNCTIONS).delete(FunctionRevision.key(faas.alice, "leaving")));
        Await.until("the gateway knows", () -> unchecked("leaving").isEmpty());

        var answer = replay(id);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("function_not_found");
    }

    @Test
    void givenAnIdempotencyKey_whenReplayedTwice_thenThereIsOneReplay_andAnotherOriginalIsRefused() throws Exception {
        var id = submitted("resize");
        var key = UUID.randomUUID().toString();
        var request = faas.as(faas.alice, "/v1/activations/" + id + "/replay").header("Idempotency-Key", key);

        var first = faas.send(request.copy().POST(BodyPublishers.noBody()));
        var second = faas.send(request.copy().POST(BodyPublishers.noBody()));
        var other = faas.send(faas.as(faas.alice, "/v1/activations/" + submitted("resize") + "/replay")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.noBody()));

        assertThat(first.status()).isEqualTo(202);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(other.code()).isEqualTo("idempotency_key_reused");
    }

    @Test
    void givenABody_whenReplayed_thenOnlyAnEmptyObjectIsTaken() throws Exception {
        var id = submitted("resize");
        var request =
                faas.as(faas.alice, "/v1/activations/" + id + "/replay").header("Content-Type", "application/json");

        assertThat(faas.send(request.copy().POST(BodyPublishers.ofString("{}"))).status())
                .isEqualTo(202);
        assertThat(faas.send(request.copy().POST(BodyPublishers.ofString("{\"argument\":\"y\"}")))
                        .code())
                .isEqualTo("invalid_request");
    }
}
