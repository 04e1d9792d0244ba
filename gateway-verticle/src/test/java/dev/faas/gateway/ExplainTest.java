package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Reason;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import dev.faas.quota.OwnerQuotas;
import dev.faas.testing.Await;
import dev.faas.wire.Capacity;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ExplainTest {
    @AutoClose
    private RunningGateway faas;

    private FunctionRevision function;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        function = faas.function("slow");
        Await.await(faas.queue.ensureConsumer(function));
    }

    private JsonNode explain(String id) {
        try {
            var answer = faas.get("/v1/activations/" + id + "/explain");
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            return answer.json();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode load(String user) throws IOException, InterruptedException {
        return faas.send(faas.as(user, "/v1/stats/now")).json();
    }

    private void spawnerSays(int slots, int free) {
        beat(new SpawnerHeartbeat("node-1", "1", slots, free, null, null));
    }

    private void beat(SpawnerHeartbeat beat) {
        try (var spawners = new Spawners(faas.bus)) {
            long last = Await.await(spawners.lastHeartbeat(beat.spawner())).revision();
            Await.await(spawners.publish(beat, last));
        }
    }

    private void awaitWhy(String id, String why) {
        Await.until(why, () -> explain(id).path("why").asText().equals(why));
    }

    private long queued() {
        return Await.await(faas.queue.stats(function.id())).orElseThrow().queued();
    }

    @Test
    void givenNoSpawner_whenExplained_thenThatIsTheCauseAndThePlaceIsGiven() throws Exception {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            ids.add(faas.accepted("slow", "x"));
            int n = i + 1;
            Await.until("it is queued", () -> queued() == n);
        }

        var third = explain(ids.get(2));

        assertThat(third.path("activationId").asText()).isEqualTo(ids.get(2));
        assertThat(third.path("status").asText()).isEqualTo("queued");
        assertThat(third.path("why").asText()).isEqualTo("no_spawner");
        assertThat(third.path("queuedBefore").asLong()).isEqualTo(2);
        assertThat(explain(ids.get(0)).path("queuedBefore").asLong()).isZero();
        assertThat(third.path("platform").path("spawners").asInt()).isZero();
        assertThat(third.path("attempt").asInt()).isZero();
        assertThat(third.path("lastReason").isNull()).isTrue();
        assertThat(third.path("expiresAt").asText()).endsWith("Z");
        Await.until(
                "all four are counted",
                () -> explain(ids.get(2)).path("function").path("queued").asInt() == 4);
    }

    @Test
    void givenAQueue_whenTheLoadIsAskedFor_thenItsOwnerSeesIt_andNobodyElse() throws Exception {
        spawnerSays(8, 3);
        faas.accepted("slow", "x");

        Await.until("it is counted", () -> load(faas.alice).path("queued").asInt() == 1);
        Await.until(
                "the spawner is counted", () -> load(faas.alice).path("free").asInt() == 3);
        var own = load(faas.alice);
        assertThat(own.path("slots").asInt()).isEqualTo(8);
        assertThat(own.path("functions")).hasSize(1);
        assertThat(own.at("/functions/0/name").asText()).isEqualTo("slow");
        assertThat(own.at("/functions/0/queued").asInt()).isEqualTo(1);
        assertThat(load(faas.bob).path("functions")).isEmpty();
        assertThat(load(faas.bob).path("slots").asInt()).isEqualTo(8);
    }

    @Test
    void givenSpawnersWithoutDocker_whenExplained_thenTheyAreNamedWithTheCause() throws Exception {
        beat(new SpawnerHeartbeat("node-1", "1", 8, 8, "Docker does not answer", null));
        var id = faas.accepted("slow", "x");

        Await.until(
                "its spawner's trouble is told",
                () -> explain(id).path("detail").asText().contains("node-1 (Docker does not answer)"));

        var explained = explain(id);
        assertThat(explained.path("why").asText()).isEqualTo("no_spawner");
        assertThat(explained.path("platform").path("spawners").asInt()).isZero();
        assertThat(explained.path("platform").path("free").asInt()).isZero();

        beat(new SpawnerHeartbeat("node-2", "1", 4, 0, null, null));
        awaitWhy(id, "no_free_slot");
        assertThat(explain(id).path("detail").asText()).contains("All 4 slots", "node-1 (Docker does not answer)");
    }

    @Test
    void givenAllSlotsAreTaken_whenExplained_thenTheOwnersShareIsGiven() throws Exception {
        var bobs = faas.function(faas.bob, FunctionSpec.of("other", "x"));
        Await.await(faas.queue.ensureConsumer(bobs));
        faas.send(faas.as(faas.bob, "/v1/functions/other/activations")
                .POST(java.net.http.HttpRequest.BodyPublishers.noBody()));
        spawnerSays(8, 0);
        var id = faas.accepted("slow", "x");

        awaitWhy(id, "no_free_slot");

        Await.until(
                "both owners wait",
                () -> explain(id).path("owner").path("ownersWaiting").asInt() == 2);
        var explained = explain(id);
        assertThat(explained.path("platform").path("slots").asInt()).isEqualTo(8);
        assertThat(explained.path("platform").path("free").asInt()).isZero();
        assertThat(explained.path("owner").path("share").asDouble()).isEqualTo(0.5);
        assertThat(explained.path("owner").path("queued").asInt()).isEqualTo(1);
        assertThat(explained.path("detail").asText()).contains("8 slots", "2 users");
    }

    @Test
    void givenAFunctionAtItsConcurrencyLimit_whenExplained_thenThatIsTheCause() throws Exception {
        spawnerSays(8, 7);
        Await.await(faas.queue.ensureConsumer(new dev.faas.wire.Subjects.QueueKey(function.owner(), function.id()), 1));
        faas.accepted("slow", "x");
        try (var puller = faas.queue.openPuller(unexpected -> {})) {
            Await.await(puller.pull(function.id(), Duration.ofSeconds(20)));
            var id = faas.accepted("slow", "x");

            awaitWhy(id, "function_at_limit");

            var its = explain(id).path("function");
            assertThat(its.path("name").asText()).isEqualTo("slow");
            assertThat(its.path("running").asInt()).isEqualTo(1);
            assertThat(its.path("limit").asInt()).isEqualTo(1);
        }
    }

    @Test
    void givenAUserAtTheLimitOfRuns_whenExplained_thenThatIsTheCause() throws Exception {
        spawnerSays(8, 7);
        var quota = "{\"running\": 1}".getBytes(StandardCharsets.UTF_8);
        Await.await(faas.bus.kv(Subjects.USAGE).put(OwnerQuotas.key(faas.alice), quota));
        faas.accepted("slow", "x");
        try (var puller = faas.queue.openPuller(unexpected -> {})) {
            Await.await(puller.pull(function.id(), Duration.ofSeconds(20)));
            var id = faas.accepted("slow", "x");

            awaitWhy(id, "owner_at_limit");

            assertThat(explain(id).path("owner").path("limit").asInt()).isEqualTo(1);
            assertThat(explain(id).path("detail").asText()).contains("runs 1 activations, and may run 1");
        }
    }

    @ParameterizedTest(name = "{0} slots free, a part of {1} MiB, {2} MiB free: {3}")
    @CsvSource({
        "8, 4096, 127, no_memory, the most is 127 MiB",
        "8, 4096, 128, about_to_start, A slot is free",
        "0, 4096, 127, no_free_slot, All 8 slots",
        "8, 127, 127, no_memory, the largest has 127 MiB",
    })
    void givenABudget_whenExplained_thenWhatTheFunctionNeedsDecides(
            int free, int partMb, int freeMb, String why, String detail) throws Exception {
        spawnerSays(8, free);
        var id = faas.accepted("slow", "x");
        var part = new Capacity(partMb, 1_000);
        beat(new SpawnerHeartbeat(
                "node-1",
                "1",
                8,
                free,
                null,
                new SpawnerHeartbeat.Budget("daemon", part, part, new Capacity(freeMb, 1_000))));

        Await.until(why, () -> explain(id).path("detail").asText().contains(detail));
        assertThat(explain(id).path("why").asText()).isEqualTo(why);
    }

    @Test
    void givenNoSpawnerThatIsLargeEnough_whenSubmitted_thenItIsRefusedUntilOneIs() throws Exception {
        var small = new Capacity(127, 1_000);
        beat(new SpawnerHeartbeat(
                "node-1", "1", 8, 8, null, new SpawnerHeartbeat.Budget("daemon", small, small, small)));
        Await.until("its heartbeat counts", () -> faas.submit("slow", "x").status() == 503);

        var refusal = faas.submit("slow", "x");
        assertThat(refusal.code()).isEqualTo("unavailable");
        assertThat(refusal.text()).contains("128 MiB", "127 MiB", "Nothing was accepted");

        var large = new Capacity(128, 1_000);
        beat(new SpawnerHeartbeat(
                "node-2", "1", 8, 8, null, new SpawnerHeartbeat.Budget("daemon-2", large, large, small)));
        Await.until("the large one counts", () -> faas.submit("slow", "x").status() == 202);
    }

    @Test
    void givenAFreeSlot_whenExplained_thenItIsAboutToStart() throws Exception {
        spawnerSays(8, 7);

        awaitWhy(faas.accepted("slow", "x"), "about_to_start");
    }

    @Test
    void givenAPendingRetry_whenExplained_thenItsTimeAndTheLastReasonAreGiven() throws Exception {
        var id = faas.accepted("slow", "x");
        var queued = Await.await(faas.events.lastFromLeader(id)).orElseThrow();
        var running = ((ActivationRecord.Queued) queued.record()).claim(new Worker("node-1", "1"), "r", Instant.now());
        var claimed = (AppendResult.Stored) Await.await(faas.events.append(running, queued.sequence()));
        var later =
                running.handBack(Reason.IMAGE_PULL_FAILED, "away", Instant.now().plusSeconds(20));
        Await.await(faas.events.append(later, claimed.snapshot().sequence()));

        var explained = explain(id);

        assertThat(explained.path("why").asText()).isEqualTo("retry_later");
        assertThat(explained.path("lastReason").asText()).isEqualTo("image_pull_failed");
        assertThat(explained.path("nextAttemptAt").asText()).endsWith("Z");
    }

    @Test
    void givenARunningOrEndedActivation_whenExplained_thenItDoesNotWait() throws Exception {
        var id = faas.accepted("slow", "x");
        var run = faas.claim(id);

        var running = explain(id);
        run.withModeFallback("No overlay here.").succeed();
        var ended = explain(id);

        assertThat(running.path("why").asText()).isEqualTo("running");
        assertThat(running.path("detail").asText()).contains("spawner-1");
        assertThat(running.path("queuedBefore").isNull()).isTrue();
        assertThat(ended.path("why").asText()).isEqualTo("ended");
        assertThat(ended.path("status").asText()).isEqualTo("succeeded");
        assertThat(ended.path("detail").asText()).endsWith("No overlay here.");
        assertThat(ended.path("platform").isNull()).isTrue();
    }

    @Test
    void givenARunningActivationWithACancelRequest_whenExplained_thenItIsBeingCancelled() throws Exception {
        var id = faas.accepted("slow", "x");
        faas.claim(id);
        faas.send(faas.as(faas.alice, "/v1/activations/" + id).DELETE());

        assertThat(explain(id).path("why").asText()).isEqualTo("being_cancelled");
    }

    @Test
    void givenAPrunedActivation_whenExplained_thenItHasEnded() {
        var id = Ids.activation(Instant.now());
        faas.registry.answers(request -> request.response()
                .putHeader("Content-Type", "application/json")
                .end("{\"activationId\":\"" + id
                        + "\",\"status\":\"failed\",\"attempt\":2,\"modeFallback\":\"No overlay here.\"}"));

        var explained = explain(id);

        assertThat(explained.path("why").asText()).isEqualTo("ended");
        assertThat(explained.path("status").asText()).isEqualTo("failed");
        assertThat(explained.path("attempt").asInt()).isEqualTo(2);
        assertThat(explained.path("detail").asText()).endsWith("No overlay here.");
    }

    @Test
    void givenAnotherUsersActivation_whenExplained_thenItIsNotFound() throws Exception {
        var id = faas.accepted("slow", "x");

        assertThat(faas.send(faas.as(faas.bob, "/v1/activations/" + id + "/explain"))
                        .code())
                .isEqualTo("activation_not_found");
    }
}
