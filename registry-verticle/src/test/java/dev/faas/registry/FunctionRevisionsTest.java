package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each change of a function is a revision; conditions on the revision hold. */
class FunctionRevisionsTest extends RegistryFixture {
    @Test
    void givenAnEditedFunctionWhenPutThenThereIsANewRevisionAndTheOldOneCanStillBeRead() {
        var body = user.create("edited").json();
        body.put("description", "better").put("env", new JsonObject().put("LEVEL", "3"));

        var put = user.put("/v1/functions/edited", body, "If-Match", "\"1\"");

        assertThat(put.status()).isEqualTo(200);
        assertThat(put.header("ETag")).isEqualTo("\"2\"");
        assertThat(put.json().getString("description")).isEqualTo("better");
        assertThat(put.json().getString("createdAt")).isEqualTo(body.getString("createdAt"));
        assertThat(inTheBucket("edited").map(FunctionRevision::revision)).contains(2);
        assertThat(user.get("/v1/functions/edited@1").json().getString("description"))
                .isEmpty();
        assertThat(user.get("/v1/functions/edited@3").status()).isEqualTo(404);
    }

    @Test
    void givenAnOlderRevisionWhenItIsAConditionThenNothingIsWritten() {
        user.create("guarded");
        user.patch("/v1/functions/guarded", new JsonObject().put("description", "second"));

        for (var stale : List.of("\"1\"", "W/\"2\"", "\"3\", \"4\"")) {
            var put = user.put("/v1/functions/guarded", Client.function("guarded"), "If-Match", stale);
            assertThat(put.status()).isEqualTo(412);
            assertThat(put.code()).isEqualTo("precondition_failed");
            assertThat(user.patch("/v1/functions/guarded", new JsonObject(), "If-Match", stale)
                            .status())
                    .isEqualTo(412);
            assertThat(user.delete("/v1/functions/guarded", "If-Match", stale).status())
                    .isEqualTo(412);
            assertThat(user.post(
                                    "/v1/functions/guarded/rollback",
                                    new JsonObject().put("revision", 1),
                                    "If-Match",
                                    stale)
                            .status())
                    .isEqualTo(412);
        }

        assertThat(user.get("/v1/functions/guarded").json().getString("description"))
                .isEqualTo("second");
        assertThat(user.put("/v1/functions/guarded", Client.function("guarded"), "If-Match", "\"1\", \"2\"")
                        .status())
                .isEqualTo(200);
        assertThat(user.delete("/v1/functions/guarded", "If-Match", "*").status())
                .isEqualTo(204);
    }

    @Test
    void givenAMergePatchWhenSentThenObjectsMergeAndNullTakesAway() {
        user.post(
                "/v1/functions",
                Client.function("patched")
                        .put("env", new JsonObject().put("A", "1").put("B", "2"))
                        .put("limits", new JsonObject().put("memoryMb", 256))
                        .put("command", new JsonArray().add("run")));

        var patched = user.patch(
                "/v1/functions/patched",
                new JsonObject()
                        .put("env", new JsonObject().putNull("A").put("C", "3"))
                        .put("limits", new JsonObject().put("timeoutSeconds", 10))
                        .putNull("command")
                        .put("revision", 77),
                "Content-Type",
                "application/merge-patch+json");

        assertThat(patched.status()).isEqualTo(200);
        assertThat(patched.json().getInteger("revision")).isEqualTo(2);
        assertThat(patched.json().getJsonObject("env"))
                .isEqualTo(new JsonObject().put("B", "2").put("C", "3"));
        assertThat(patched.json().getJsonObject("limits").getInteger("memoryMb"))
                .isEqualTo(256);
        assertThat(patched.json().getJsonObject("limits").getInteger("timeoutSeconds"))
                .isEqualTo(10);
        assertThat(patched.json().getValue("command")).isNull();
        assertThat(user.patch("/v1/functions/patched", new JsonObject().put("name", "other"))
                        .fields())
                .containsExactly("name");
        assertThat(user.patch("/v1/functions/patched", new JsonObject().putNull("image"))
                        .fields())
                .containsExactly("image");
    }

    @Test
    void givenAFunctionWhenPausedAndRevisedAndResumedThenThatMakesNoRevisionAndTheBucketKnows() {
        var made = user.create("halted").json();
        var asked = new JsonObject().put("note", "why").put("submits", "refuse");

        var paused = user.post("/v1/functions/halted/pause", asked);

        assertThat(paused.status()).isEqualTo(200);
        assertThat(paused.header("ETag")).isEqualTo("\"1\"");
        assertThat(paused.json().getJsonObject("paused").getMap())
                .containsEntry("note", "why")
                .containsEntry("submits", "refuse")
                .containsKey("since");
        var read = user.get("/v1/functions/halted", "If-None-Match", "\"1\"");
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.header("Cache-Control")).isEqualTo("no-store");
        var body = read.json().put("description", "still paused");
        assertThat(user.put("/v1/functions/halted", body).json().getJsonObject("paused"))
                .isEqualTo(paused.json().getJsonObject("paused"));
        assertThat(user.post("/v1/functions/halted/rollback", new JsonObject().put("revision", 1))
                        .json()
                        .getValue("paused"))
                .isNotNull();
        assertThat(inTheBucket("halted").orElseThrow().pauses().refusesSubmits())
                .isTrue();

        assertThat(user.send("POST", "/v1/functions/halted/resume", "").json().getValue("paused"))
                .isNull();
        assertThat(user.send("POST", "/v1/functions/halted/resume", "").status())
                .isEqualTo(200);
        assertThat(inTheBucket("halted").orElseThrow().pauses())
                .satisfies(pauses -> assertThat(pauses.isPaused()).isFalse())
                .satisfies(pauses -> assertThat(pauses.past()).hasSize(1));
        assertThat(user.get("/v1/functions/halted").json().getInteger("revision"))
                .isEqualTo(3);
        assertThat(made.getValue("paused")).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            halted   | {'submits': 'drop'} | 400 | invalid_request
            halted   | {'colour': 'green'} | 400 | invalid_request
            halted@1 | {}                  | 400 | invalid_request
            nobody   | {}                  | 404 | function_not_found
            """)
    void givenAnInvalidPauseWhenAskedThenItIsRefused(String ref, String asked, int status, String code) {
        user.create("halted");

        var refused = user.post("/v1/functions/" + ref + "/pause", new JsonObject(asked.replace('\'', '"')));

        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.code()).isEqualTo(code);
    }

    @Test
    void givenSomeRevisionsWhenRolledBackThenANewOneEqualsTheOldOne() {
        user.create("rolled");
        user.patch("/v1/functions/rolled", new JsonObject().put("image", "two:2"));
        user.patch("/v1/functions/rolled", new JsonObject().put("image", "three:3"));

        var back = user.post("/v1/functions/rolled/rollback", new JsonObject().put("revision", 2));

        assertThat(back.status()).isEqualTo(200);
        assertThat(back.json().getInteger("revision")).isEqualTo(4);
        assertThat(back.json().getString("image")).isEqualTo("two:2");
        assertThat(user.post("/v1/functions/rolled/rollback", new JsonObject().put("revision", 9))
                        .fields())
                .containsExactly("revision");
        assertThat(user.post("/v1/functions/rolled/rollback", new JsonObject()).fields())
                .containsExactly("revision");
        var first = user.get("/v1/functions/rolled/revisions?limit=3");
        assertThat(numbers(first)).containsExactly(4, 3, 2);
        var second = user.get("/v1/functions/rolled/revisions?limit=3&cursor=" + first.next());
        assertThat(numbers(second)).containsExactly(1);
        assertThat(second.next()).isNull();
    }

    @Test
    void givenAWriteThatChangesNothingThenThereIsNoNewRevision() {
        var made = user.post(
                        "/v1/functions",
                        Client.function("same")
                                .put("env", new JsonObject().put("B", "2").put("A", "1"))
                                .put("idleTtlSeconds", 3_600))
                .json();

        var definition = Client.function("same")
                .put("env", new JsonObject().put("A", "1").put("B", "2"))
                .put("concurrency", 10)
                .put("idleTtlSeconds", 3_600);
        for (var answer : List.of(
                user.put("/v1/functions/same", made),
                user.put("/v1/functions/same", definition, "If-Match", "\"1\""),
                user.patch("/v1/functions/same", new JsonObject()),
                user.patch("/v1/functions/same", new JsonObject().putNull("concurrency")))) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("ETag")).isEqualTo("\"1\"");
            assertThat(answer.header("Faas-Function-Sequence")).matches("\\d+");
            assertThat(answer.json()).isEqualTo(made);
        }
        assertThat(numbers(user.get("/v1/functions/same/revisions"))).containsExactly(1);
        assertThat(user.put("/v1/functions/same", made, "If-Match", "\"2\"").status())
                .isEqualTo(412);
        assertThat(user.patch("/v1/functions/same", new JsonObject().put("concurrency", 11))
                        .json()
                        .getInteger("revision"))
                .isEqualTo(2);
    }

    @Test
    void givenADryRunWhenAFunctionIsWrittenThenTheAnswerIsWhatWouldBeStoredAndNothingIs() {
        var wanted = Client.function("tried").put("argumentAs", "none");
        var preview = user.post("/v1/functions?dryRun=true", wanted);
        assertThat(preview.status()).isEqualTo(200);
        assertThat(preview.header("Location")).isEmpty();
        assertThat(preview.json().containsKey("id")).isFalse();
        assertThat(user.get("/v1/functions/tried").status()).isEqualTo(404);
        var made = user.post("/v1/functions?dryRun=false", wanted);
        assertThat(made.status()).isEqualTo(201);
        assertThat(withoutTimes(preview.json())).isEqualTo(withoutTimes(made.json()));
        user.patch("/v1/functions/tried", new JsonObject().put("description", "second"));
        var stored = user.get("/v1/functions/tried").json();

        var put = user.put("/v1/functions/tried?dryRun=true", wanted);
        var patch = user.patch("/v1/functions/tried?dryRun=true", new JsonObject().put("concurrency", 3));
        var rollback = user.post("/v1/functions/tried/rollback?dryRun=true", new JsonObject().put("revision", 1));
        var same = user.put("/v1/functions/tried?dryRun=true", stored);

        for (var answer : List.of(put, patch, rollback)) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("ETag")).isEmpty();
            assertThat(answer.header("Faas-Function-Sequence")).isEmpty();
            assertThat(answer.json().getInteger("revision")).isEqualTo(3);
            assertThat(answer.json().getString("id")).isEqualTo(stored.getString("id"));
        }
        assertThat(put.json().getString("description")).isEmpty();
        assertThat(patch.json().getInteger("concurrency")).isEqualTo(3);
        assertThat(patch.json().getString("description")).isEqualTo("second");
        assertThat(rollback.json().getString("description")).isEmpty();
        assertThat(same.json()).isEqualTo(stored);
        assertThat(user.get("/v1/functions/tried").json()).isEqualTo(stored);
        assertThat(numbers(user.get("/v1/functions/tried/revisions"))).containsExactly(2, 1);
        assertThat(inTheBucket("tried").map(FunctionRevision::revision)).contains(2);
    }

    @Test
    void givenADryRunWhenTheWriteWouldBeRefusedThenItIsRefusedTheSame() {
        var body = Client.function("strict");
        user.create("strict");
        var none = new JsonObject();
        var first = new JsonObject().put("revision", 1);

        assertThat(user.post("/v1/functions?dryRun=true", body).code()).isEqualTo("function_exists");
        assertThat(user.post("/v1/functions?dryRun=true", Client.function("new").put("mode", "fast"))
                        .fields())
                .containsExactly("mode");
        for (var ref : List.of("strict", "missing", "strict@1")) {
            var path = "/v1/functions/" + ref;
            for (var answer : List.of(
                    user.put(path + "?dryRun=true", body, "If-Match", "\"9\""),
                    user.patch(path + "?dryRun=true", none, "If-Match", "\"9\""),
                    user.post(path + "/rollback?dryRun=true", first, "If-Match", "\"9\""))) {
                assertThat(answer.status())
                        .as(ref)
                        .isEqualTo(
                                switch (ref) {
                                    case "strict" -> 412;
                                    case "missing" -> 404;
                                    default -> 400;
                                });
            }
        }
        for (var wrong : List.of("", "1", "yes", "TRUE")) {
            var query = "?dryRun=" + wrong;
            for (var answer : List.of(
                    user.post("/v1/functions" + query, Client.function("new")),
                    user.put("/v1/functions/strict" + query, body),
                    user.patch("/v1/functions/strict" + query, none),
                    user.post("/v1/functions/strict/rollback" + query, first))) {
                assertThat(answer.fields()).as(wrong).containsExactly("dryRun");
            }
        }
        assertThat(user.get("/v1/functions/new").status()).isEqualTo(404);
    }

    private static JsonObject withoutTimes(JsonObject function) {
        var copy = function.copy();
        for (var each : List.of("id", "createdAt", "updatedAt")) {
            copy.remove(each);
        }
        return copy;
    }

    @Test
    void givenAPinnedOrImpossibleReferenceWhenWrittenThenItIsRefused() {
        user.create("writer");

        assertThat(user.put("/v1/functions/writer@1", Client.function("writer")).status())
                .isEqualTo(400);
        assertThat(user.delete("/v1/functions/writer@1").status()).isEqualTo(400);
        assertThat(user.get("/v1/functions/No_Such").code()).isEqualTo("function_not_found");
        assertThat(user.get("/v1/functions/writer@0").status()).isEqualTo(404);
    }

    private Optional<FunctionRevision> inTheBucket(String name) {
        return registry.bus
                .kv(Subjects.FUNCTIONS)
                .get(FunctionRevision.key(owner, name))
                .join()
                .map(put -> Codec.decode(put.value().bytes(), FunctionRevision.class));
    }

    private static List<Integer> numbers(HttpAnswer page) {
        return page.items().stream()
                .map(item -> ((JsonObject) item).getInteger("revision"))
                .toList();
    }
}
