package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.testing.TestKey;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Functions over HTTP and in the bucket FUNCTIONS. Each test has its own user. */
class FunctionApiTest extends RegistryFixture {
    @Test
    void givenNameAndImageWhenCreatedThenEveryDefaultIsShownAndTheBucketHasIt() {
        var made = user.create("resize");

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        var body = made.json();
        assertThat(made.header("Location")).isEqualTo("/v1/functions/" + body.getString("id"));
        assertThat(Ids.isFunction(body.getString("id"))).isTrue();
        assertThat(body.fieldNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "owner",
                        "name",
                        "image",
                        "paused",
                        "description",
                        "entrypoint",
                        "command",
                        "env",
                        "secrets",
                        "labels",
                        "mode",
                        "network",
                        "limits",
                        "concurrency",
                        "queue",
                        "retry",
                        "delivery",
                        "readOnlyRoot",
                        "prewarm",
                        "argumentAs",
                        "idleTtlSeconds",
                        "destinations",
                        "revision",
                        "imageDigest",
                        "createdAt",
                        "updatedAt");
        assertThat(body.getString("owner")).isEqualTo(owner);
        assertThat(body.getJsonObject("limits")).isEqualTo(new JsonObject("""
                        {"memoryMb": 128, "cpus": 1.0, "pids": 128, "timeoutSeconds": 300, "resultKb": 1024, "logKb": 1024}"""));
        assertThat(body.getJsonObject("queue"))
                .isEqualTo(new JsonObject("{\"maxPending\": 100000, \"ttlSeconds\": 86400}"));
        assertThat(body.getString("argumentAs")).isEqualTo("last");
        assertThat(body.getValue("idleTtlSeconds")).isNull();
        assertThat(body.getString("delivery")).isEqualTo("at-least-once");
        assertThat(body.getString("createdAt")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(inTheBucket("resize").map(FunctionRevision::id)).contains(body.getString("id"));
        assertThat(made.header("Faas-Function-Sequence"))
                .isEqualTo(Long.toString(registry.bus
                        .kv(Subjects.FUNCTIONS)
                        .get(owner + ".resize")
                        .join()
                        .orElseThrow()
                        .revision()));
    }

    @Test
    void givenAFunctionWhenReadByIdAndByNameThenBothAreTheSameAndConditionalReadsAreCheap() {
        var made = user.create("reader").json();

        var byName = user.get("/v1/functions/reader");
        assertThat(byName.status()).isEqualTo(200);
        assertThat(byName.header("ETag")).isEqualTo("\"1\"");
        assertThat(byName.json()).isEqualTo(made);
        assertThat(user.get("/v1/functions/" + made.getString("id")).json()).isEqualTo(made);
        assertThat(user.get("/v1/functions/reader", "If-None-Match", "W/\"1\"").status())
                .isEqualTo(304);
        assertThat(user.get("/v1/functions/reader", "If-None-Match", "\"0\"").status())
                .isEqualTo(200);
    }

    @Test
    void givenTheGatewayWhenItAsksForTheWireRecordThenItGetsIt() {
        user.create("internal");

        var answer = user.get("/v1/functions/internal@1", "Accept", "application/vnd.faas.revision+json");

        assertThat(answer.header("Content-Type")).isEqualTo("application/vnd.faas.revision+json");
        assertThat(Codec.decode(answer.body().getBytes(), FunctionRevision.class))
                .isEqualTo(inTheBucket("internal").orElseThrow());
    }

    @Test
    void givenANameThatIsTakenWhenCreatedThenItIsAConflictAndAnotherUserMayHaveIt() throws Exception {
        user.create("taken");

        var again = user.create("taken");

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.code()).isEqualTo("function_exists");
        assertThat(registry.client().create("taken").status()).isEqualTo(201);
    }

    @Test
    void givenAnotherUsersFunctionWhenTouchedThenItDoesNotExist() throws Exception {
        var id = user.create("mine").json().getString("id");
        var other = registry.client();

        for (var ref : List.of("mine", id, id + "@1")) {
            assertThat(other.get("/v1/functions/" + ref).status()).isEqualTo(404);
        }
        for (var ref : List.of("mine", id)) {
            assertThat(other.put("/v1/functions/" + ref, Client.function("mine"))
                            .status())
                    .isEqualTo(404);
            assertThat(other.patch("/v1/functions/" + ref, new JsonObject()).status())
                    .isEqualTo(404);
            assertThat(other.delete("/v1/functions/" + ref).status()).isEqualTo(404);
            assertThat(other.get("/v1/functions/" + ref + "/revisions").code()).isEqualTo("function_not_found");
            assertThat(other.post("/v1/functions/" + ref + "/rollback", new JsonObject().put("revision", 1))
                            .status())
                    .isEqualTo(404);
        }
        assertThat(other.get("/v1/functions").items()).isEmpty();
        assertThat(user.get("/v1/functions/mine").json().getInteger("revision")).isEqualTo(1);
    }

    @Test
    void givenMoreFunctionsThanAPageHoldsWhenListedThenEachComesOnceAndACursorFitsItsListOnly() throws Exception {
        for (int i = 0; i < 7; i++) {
            user.create("listed-" + i);
        }

        var names = new ArrayList<String>();
        var page = user.get("/v1/functions?limit=3");
        var firstCursor = page.next();
        names.addAll(names(page));
        while (page.next() != null) {
            page = user.get("/v1/functions?limit=3&cursor=" + page.next());
            names.addAll(names(page));
        }

        assertThat(names)
                .containsExactly("listed-0", "listed-1", "listed-2", "listed-3", "listed-4", "listed-5", "listed-6");
        assertThat(registry.client().get("/v1/functions?cursor=" + firstCursor).fields())
                .containsExactly("cursor");
        for (var wrong : List.of("x", "%21%21", "MXx4fHk")) {
            assertThat(user.get("/v1/functions?cursor=" + wrong).fields()).containsExactly("cursor");
        }
        for (var wrong : List.of("0", "101", "-1", "ten", "")) {
            assertThat(user.get("/v1/functions?limit=" + wrong).fields()).containsExactly("limit");
        }
    }

    @Test
    void givenLabelsWhenListedByThemThenOnlyFunctionsWithAllOfThemComeAndACursorFitsItsFilterOnly() {
        for (int i = 0; i < 3; i++) {
            user.post(
                    "/v1/functions",
                    labelled("both-" + i, new JsonObject().put("team", "a").put("stage", "x:y")));
        }
        user.post("/v1/functions", labelled("one", new JsonObject().put("team", "a")));
        user.create("none");

        var filter = "/v1/functions?label=team:a&label=stage:x:y";
        assertThat(names(user.get(filter))).containsExactly("both-0", "both-1", "both-2");
        assertThat(names(user.get("/v1/functions?label=team:a"))).containsExactly("both-0", "both-1", "both-2", "one");
        assertThat(names(user.get("/v1/functions?label=team:b"))).isEmpty();
        var page = user.get(filter + "&limit=2");
        assertThat(names(page)).containsExactly("both-0", "both-1");
        assertThat(names(user.get("/v1/functions?label=stage:x:y&label=team:a&limit=2&cursor=" + page.next())))
                .as("the order of the labels does not matter")
                .containsExactly("both-2");
        assertThat(user.get("/v1/functions?limit=2&cursor=" + page.next()).fields())
                .containsExactly("cursor");
        assertThat(user.get("/v1/functions?label=team&limit=0").fields()).containsExactly("label", "limit");
    }

    private static JsonObject labelled(String name, JsonObject labels) {
        return Client.function(name).put("labels", labels);
    }

    @Test
    void givenAFunctionWhenDeletedThenItIsGoneEverywhereAndItsNameIsFreeAgain() {
        var old = user.create("brief").json().getString("id");

        var deleted = user.delete("/v1/functions/brief");

        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.header("Faas-Function-Sequence")).matches("\\d+");
        assertThat(inTheBucket("brief")).isEmpty();
        assertThat(user.get("/v1/functions/brief").status()).isEqualTo(404);
        assertThat(user.get("/v1/functions/" + old + "@1").status()).isEqualTo(404);
        assertThat(user.delete("/v1/functions/brief").code()).isEqualTo("function_not_found");
        var again = user.create("brief");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().getString("id")).isNotEqualTo(old);
        assertThat(inTheBucket("brief").map(FunctionRevision::id))
                .contains(again.json().getString("id"));
    }

    @Test
    void givenAFunctionWithoutWorkThenItHasNoConsumerAndOneWithWorkFollowsItsConcurrency() {
        var id = user.create("bounded").json().getString("id");
        user.patch("/v1/functions/bounded", new JsonObject().put("concurrency", 4));
        assertThat(queue.stats(id).join()).isEmpty();

        queue.ensureConsumer(new Subjects.QueueKey(owner, id), 4).join();
        user.patch("/v1/functions/bounded", new JsonObject().put("concurrency", 3));

        assertThat(queue.stats(id).join().orElseThrow().limit()).isEqualTo(3);
    }

    @Test
    void givenADigestInTheImageWhenCreatedThenItIsKnown() {
        var digest = "sha256:" + "0123456789abcdef".repeat(4);

        var made = user.post("/v1/functions", Client.function("pinned").put("image", "a.example/b@" + digest));

        assertThat(made.json().getString("imageDigest")).isEqualTo(digest);
    }

    @Test
    void givenNoOrAForgedTokenWhenAnythingIsCalledThenItIsRefused() throws Exception {
        try (var nobody = new Client(registry.port(), "");
                var forger = new Client(registry.port(), TestKey.generate().access(owner))) {
            for (var stranger : List.of(nobody, forger)) {
                assertThat(stranger.get("/v1/functions").status()).isEqualTo(401);
                assertThat(stranger.create("any").code()).isEqualTo("unauthenticated");
                assertThat(stranger.get("/v1/functions").header("WWW-Authenticate"))
                        .startsWith("Bearer");
            }
        }
    }

    @Test
    void givenARevokedLoginWhenItsTokenIsUsedThenItIsRefused() throws Exception {
        var sid = "sid_revoked";
        try (var user = new Client(registry.port(), registry.tokens.access(owner, sid))) {
            assertThat(user.get("/v1/functions").status()).isEqualTo(200);
            registry.bus
                    .kv(Subjects.REVOKED)
                    .put(sid, Codec.write(Instant.now()))
                    .join();

            Await.eventually(() -> user.get("/v1/functions").status() == 401);
        }
    }

    private Optional<FunctionRevision> inTheBucket(String name) {
        return registry.bus
                .kv(Subjects.FUNCTIONS)
                .get(FunctionRevision.key(owner, name))
                .join()
                .map(put -> Codec.decode(put.value().bytes(), FunctionRevision.class));
    }

    private static List<String> names(HttpAnswer page) {
        return page.items().stream()
                .map(item -> ((JsonObject) item).getString("name"))
                .toList();
    }
}
