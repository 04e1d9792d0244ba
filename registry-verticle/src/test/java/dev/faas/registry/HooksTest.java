package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.hook.HookQuestion;
import dev.faas.hook.PublishedHook;
import dev.faas.hook.RefusedRequests;
import dev.faas.hook.RefusedRequests.Request;
import dev.faas.nats.Kv;
import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hooks as their users and the gateways see them. */
class HooksTest extends RegistryFixture {
    private static final String PATH = "/v1/hooks";
    private static final String PLANTED = "planted-signature-secret";

    private String functionId;

    @BeforeEach
    void createFunction() {
        functionId = user.create("build").json().getString("id");
    }

    private static JsonObject body(String changes) {
        return new JsonObject()
                .put("name", "push")
                .put("function", "build")
                .mergeIn(new JsonObject(changes.replace('\'', '"')));
    }

    private static JsonObject signed() {
        return body("{'signature': {'scheme': 'github', 'secrets': ['" + PLANTED + "']}}");
    }

    private HttpAnswer create(JsonObject body) {
        return user.send("POST", PATH, body.encode());
    }

    private JsonObject created(JsonObject body) {
        var made = create(body);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.json();
    }

    private static Optional<PublishedHook> published(String id) {
        return Await.await(registry.bus.kv(Subjects.HOOKS).get(id))
                .map(put -> Codec.decode(put.value().bytes(), PublishedHook.class));
    }

    private static String secretOf(JsonObject hook) {
        return hook.getString("url").split("/")[3];
    }

    @Test
    void givenALeastDefinition_whenCreatedAndRead_thenTheDefaultsAreFilledInAndTheAddressIsShownOnce() {
        var made = create(body("{}"));

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        assertThat(made.header("Faas-Hook-Sequence")).isNotNull();
        var hook = made.json();
        var id = hook.getString("id");
        assertThat(Ids.isHook(id)).isTrue();
        assertThat(made.header("Location")).isEqualTo(PATH + "/" + id);
        assertThat(hook.remove("url")).asString().matches("/hooks/" + id + "/[0-9a-f]{40}");
        assertThat(hook.getMap())
                .containsEntry("function", "build")
                .containsEntry("functionId", functionId)
                .containsEntry("maxBodyKb", 1024)
                .containsEntry("ratePerSecond", 100)
                .containsEntry("deliveryId", null)
                .containsEntry("state", "active")
                .containsEntry("paused", false);
        assertThat(hook.getJsonObject("signature").getString("scheme")).isEqualTo("none");
        for (var ref : List.of("push", id)) {
            assertThat(user.get(PATH + "/" + ref).json()).isEqualTo(hook);
        }
        assertThat(user.get(PATH).items()).containsExactly(hook);
        assertThat(published(id)).isPresent();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'name': 'No'}                                                     | name
            {'function': 'a b'}                                                | function
            {'signature': {'scheme': 'md5'}}                                   | signature.scheme
            {'signature': {'scheme': 'github'}}                                | signature.secrets
            {'signature': {'scheme': 'github', 'secrets': []}}                 | signature.secrets
            {'signature': {'scheme': 'github', 'secrets': ['']}}               | signature.secrets[0]
            {'signature': {'scheme': 'standard', 'secrets': ['whsec_short']}}  | signature.secrets[0]
            {'signature': {'scheme': 'none', 'secrets': ['x']}}                | signature.secrets
            {'signature': {'scheme': 'none', 'header': 'X'}}                   | signature.header
            {'signature': {'scheme': 'hmac', 'secrets': ['x']}}                | signature.header
            {'signature': {'scheme': 'hmac', 'header': 'X', 'secrets': ['x'], 'signed': '{body}{body}'}} | signature.signed
            {'signature': {'scheme': 'hmac', 'header': 'X', 'secrets': ['x'], 'signed': '{timestamp}{body}'}} | signature.timestampHeader
            {'signature': {'scheme': 'hmac', 'header': 'X', 'secrets': ['x'], 'algorithm': 'sha1'}} | signature.algorithm
            {'deliveryId': {'header': 'a b'}}                                  | deliveryId.header
            {'body': {'as': 'xml'}}                                            | body.as
            {'body': {'as': 'pointer'}}                                        | body.pointer
            {'body': {'as': 'pointer', 'pointer': 'after'}}                    | body.pointer
            {'body': {'as': 'pointer', 'pointer': '/a~2'}}                     | body.pointer
            {'body': {'as': 'whole', 'pointer': '/a'}}                         | body.pointer
            {'headers': ['X:Y']}                                               | headers[0]
            {'headers': ['X-A', 'x_a']}                                        | headers[1]
            {'headers': ['Authorization']}                                     | headers[0]
            {'match': {'X-A': 'y'}}                                            | match.X-A
            {'match': {'header:X-A': 1}}                                       | match.header:X-A
            {'maxBodyKb': 1025}                                                | maxBodyKb
            {'ratePerSecond': 0}                                               | ratePerSecond
            {'tags': {'a:b': 'c'}}                                             | tags.a:b
            {'paused': 'yes'}                                                  | paused
            {'colour': 'green'}                                                | colour
            """)
    void givenAnInvalidDefinition_whenCreated_thenItsFieldIsNamed(String changes, String field) {
        var refused = create(body(changes));

        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.json().getJsonArray("errors").getJsonObject(0).getString("field"))
                .isEqualTo(field);
    }

    @Test
    void givenATakenNameAMissingFunctionOrAQuota_whenCreated_thenNothingIsStored() throws Exception {
        created(body("{}"));

        assertThat(create(body("{}")).code()).isEqualTo("name_taken");
        assertThat(create(body("{'name': 'two', 'function': 'nobodys'}")).code())
                .isEqualTo("function_not_found");
        assertThat(create(body("{'name': 'two', 'function': 'build@2'}")).code())
                .isEqualTo("function_not_found");
        registry.backends.run("insert into quota (owner, limits) values ('" + owner + "', '{\"hooks\": 1}')");
        assertThat(create(body("{'name': 'two'}")).code()).isEqualTo("quota_exceeded");

        assertThat(user.get(PATH).items()).hasSize(1);
        var quota = user.get("/v1/projects/" + owner + "/quota").json();
        assertThat(quota.getJsonObject("used").getInteger("hooks")).isEqualTo(1);
    }

    @Test
    void givenAnotherUser_whenAsked_thenTheHookDoesNotExist() throws Exception {
        var id = created(body("{}")).getString("id");
        var other = registry.client();

        for (var each : List.of(
                other.get(PATH + "/" + id),
                other.get(PATH + "/push"),
                other.get(PATH + "/" + id + "/requests"),
                other.send("PUT", PATH + "/" + id, body("{}").encode()),
                other.send("PATCH", PATH + "/" + id, "{}"),
                other.send("POST", PATH + "/" + id + "/pause", ""),
                other.send("POST", PATH + "/" + id + "/resume", ""),
                other.send("POST", PATH + "/" + id + "/rotate", ""),
                other.send("DELETE", PATH + "/" + id, ""))) {
            assertThat(each.status()).isEqualTo(404);
            assertThat(each.code()).isEqualTo("hook_not_found");
        }
        assertThat(other.get(PATH).items()).isEmpty();
    }

    @Test
    void givenAnEntityTag_whenChangedWithAnotherOne_thenItIsRefused() {
        created(body("{}"));

        var refused = user.send("PATCH", PATH + "/push", "{\"ratePerSecond\": 7}", "If-Match", "\"2\"");
        var done = user.send("PATCH", PATH + "/push", "{\"ratePerSecond\": 7}", "If-Match", "\"1\"");

        assertThat(refused.code()).isEqualTo("precondition_failed");
        assertThat(done.header("ETag")).isEqualTo("\"2\"");
        assertThat(done.json().getInteger("ratePerSecond")).isEqualTo(7);
        assertThat(user.send("PATCH", PATH + "/push", "{\"name\": \"other\"}").status())
                .isEqualTo(400);
    }

    /** Stored secrets stay with their scheme; a gateway can open them. */
    @Test
    void givenASignature_whenChanged_thenItsSecretsStayUnlessTheSchemeChanges() {
        var hook = created(signed());
        var id = hook.getString("id");

        var put = user.send(
                "PUT",
                PATH + "/push",
                body("{'signature': {'scheme': 'github'}}").encode());
        var patch = user.send("PATCH", PATH + "/push", "{\"tags\": {\"a\": \"b\"}}");
        var other = user.send("PATCH", PATH + "/push", "{\"signature\": {\"scheme\": \"standard\"}}");

        assertThat(put.json().getInteger("secretCount")).isEqualTo(1);
        assertThat(patch.status()).isEqualTo(200);
        assertThat(other.status()).isEqualTo(400);
        assertThat(published(id).orElseThrow().secrets().open(Backends.HOOK_OPENING, owner, id))
                .contains(List.of(PLANTED));
        user.send("PATCH", PATH + "/push", "{\"signature\": {\"secrets\": [\"new\", \"old\"]}}");
        assertThat(published(id).orElseThrow().secrets().open(Backends.HOOK_OPENING, owner, id))
                .contains(List.of("new", "old"));
        user.send("PATCH", PATH + "/push", "{\"signature\": null}");
        assertThat(published(id).orElseThrow().secrets()).isNull();
    }

    @Test
    void givenAnAddress_whenRotated_thenTheOldOneHoldsForTheOverlap() {
        var first = created(body("{}"));
        var id = first.getString("id");

        var rotated = user.send("POST", PATH + "/push/rotate", "{\"overlapHours\": 2}");

        var paths = published(id).orElseThrow().paths();
        assertThat(paths.getFirst().sha256()).isEqualTo(Sha256.hex(secretOf(rotated.json())));
        assertThat(paths.getFirst().until()).isNull();
        assertThat(paths.getLast().sha256()).isEqualTo(Sha256.hex(secretOf(first)));
        assertThat(paths.getLast().until())
                .isBetween(
                        Instant.now().plus(Duration.ofMinutes(119)),
                        Instant.now().plus(Duration.ofMinutes(121)));
        assertThat(rotated.json().getString("oldUrlUntil")).isNotNull();
        assertThat(user.get(PATH + "/push").json().containsKey("url")).isFalse();
        assertThat(user.send("POST", PATH + "/push/rotate", "{\"overlapHours\": 169}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void givenAHook_whenPausedResumedAndDeleted_thenGatewaysAreTold() {
        var id = created(body("{}")).getString("id");

        var paused = user.send("POST", PATH + "/push/pause", "");
        assertThat(paused.json().getString("state")).isEqualTo("paused");
        assertThat(published(id).orElseThrow().paused()).isTrue();
        user.send("POST", PATH + "/push/resume", "");
        assertThat(published(id).orElseThrow().paused()).isFalse();
        var deleted = user.send("DELETE", PATH + "/" + id, "");

        assertThat(deleted.status()).isEqualTo(204);
        assertThat(published(id)).isEmpty();
        assertThat(user.get(PATH + "/push").code()).isEqualTo("hook_not_found");
    }

    /** A function of the same name does not revive it; the definition again does. */
    @Test
    void givenAFunction_whenDeleted_thenItsHookIsGoneForSenders() {
        var id = created(body("{}")).getString("id");

        user.send("DELETE", "/v1/functions/build", "");
        user.create("build");

        Await.eventually(() -> published(id).isEmpty());
        assertThat(user.get(PATH + "/push").json().getString("state")).isEqualTo("function_deleted");
        assertThat(user.send("POST", PATH + "/push/resume", "").json().getString("state"))
                .isEqualTo("function_deleted");
        user.send("PUT", PATH + "/push", body("{}").encode());
        assertThat(published(id)).isPresent();
    }

    /** Also when the registry dies between the two. */
    @Test
    void givenChangesThatAreNotPublished_whenARegistryRuns_thenTheBucketGetsThem() throws Exception {
        var changed = created(body("{}")).getString("id");
        var deleted = created(body("{'name': 'two'}")).getString("id");
        var bucket = registry.bus.kv(Subjects.HOOKS);

        registry.withoutAny(() -> {
            registry.backends.run("update hook set state = 'paused' where id = '" + changed + "'");
            registry.backends.run("delete from hook where id = '" + deleted + "'");
            registry.backends.run("insert into hook_outbox (id, noted_at) values ('" + changed
                    + "', now() - interval '1 minute'), ('" + deleted + "', now() - interval '1 minute')");
        });

        Await.eventually(() -> published(changed).filter(PublishedHook::paused).isPresent()
                && published(deleted).isEmpty());
        registry.withoutAny(() -> {
            for (var id : List.of(changed, deleted)) {
                Await.await(bucket.delete(id));
                Await.await(bucket.removeDeletionMarker(id));
            }
        });
        Await.eventually(() -> published(changed).isPresent());
        Await.eventually(
                () -> registry.backends.text("select count(*) from hook_outbox").equals("0"));
    }

    @Test
    void givenPlantedSecrets_whenAllIsSearched_thenNeitherTablesNorBucketsNorAnswersHaveThem() throws Exception {
        var hook = created(signed());
        user.send("POST", PATH + "/push/rotate", "");
        var path = secretOf(hook);
        var places = new ArrayList<String>();
        for (var table : List.of("hook", "hook_outbox", "audit", "hook_refusal")) {
            places.add(registry.backends.text("select string_agg(t::text, ' ') from " + table + " t"));
        }
        places.add(registry.backends.text("select string_agg(encode(spec, 'escape'), ' ') from hook"));
        var loaded = new CountDownLatch(1);
        try (var _ = registry.bus
                .kv(Subjects.HOOKS)
                .watch(
                        change -> {
                            if (change instanceof Kv.Change.Put put) {
                                places.add(new String(put.value().bytes(), StandardCharsets.UTF_8));
                            }
                        },
                        loaded::countDown)) {
            loaded.await();
        }
        places.add(user.get(PATH + "/push").text());
        places.add(user.get(PATH).text());

        assertThat(places).noneMatch(text -> text.contains(PLANTED) || text.contains(path));
        assertThat(hook.encode()).doesNotContain(PLANTED);
    }

    @Test
    void givenAChange_whenMade_thenItIsAudited() throws Exception {
        created(body("{}"));
        user.send("POST", PATH + "/push/pause", "");
        user.send("POST", PATH + "/push/rotate", "");
        user.send("DELETE", PATH + "/push", "");

        assertThat(registry.backends.text("select string_agg(action, ' ' order by seq) from audit where project = '"
                        + owner + "' and action like 'hook.%'"))
                .isEqualTo("hook.create hook.pause hook.rotate hook.delete");
    }

    @Test
    void givenRefusedRequests_whenTold_thenTheLastHundredOfEachHookAreKept() throws Exception {
        var id = created(body("{}")).getString("id");
        var now = Instant.now().minusSeconds(1_000);
        for (int i = 0; i < 150; i += 50) {
            var some = new ArrayList<Request>();
            for (int j = i; j < i + 50; j++) {
                some.add(new Request(id, now.plusSeconds(j), 401, "invalid_signature", "d-" + j));
            }
            some.add(new Request(Ids.hook(now), now, 401, "invalid_signature", null));
            registry.bus.publish(Subjects.HOOKS_REFUSED, Codec.encode(new RefusedRequests(some)));
        }

        Await.eventually(() -> items(id).size() == 100
                && items(id).getJsonObject(0).getString("deliveryId").equals("d-149")
                && items(id).getJsonObject(99).getString("deliveryId").equals("d-50"));
        assertThat(items(id).getJsonObject(99).getString("deliveryId")).isEqualTo("d-50");
        assertThat(items(id).getJsonObject(0).getString("reason")).isEqualTo("invalid_signature");
        assertThat(registry.backends.text("select count(*) from hook_refusal where hook_id = '" + id + "'"))
                .isEqualTo("100");
    }

    private JsonArray items(String id) {
        return user.get(PATH + "/" + id + "/requests").json().getJsonArray("items");
    }

    /** What a gateway may ask about a hook's owner, and of nobody else. */
    @Test
    void givenQuestionsOfAGateway_whenAsked_thenOnlyWhatTheOwnerHasIsAnswered() {
        var activation = Story.accepted(
                        registry.bus, Story.activation(owner, functionId, "build", Instant.now(), Map.of()), "x")
                .id();
        Await.eventually(() -> ask(Subjects.HOOKS_ACTIVATION, owner, activation).length > 0);

        assertThat(ask(Subjects.HOOKS_ACTIVATION, Ids.user(Instant.now()), activation))
                .isEmpty();
        assertThat(ask(Subjects.HOOKS_FUNCTION, Ids.user(Instant.now()), functionId))
                .isEmpty();
        assertThat(ask(Subjects.HOOKS_FUNCTION, owner, functionId + "@2")).isEmpty();
        var found = Codec.decode(ask(Subjects.HOOKS_FUNCTION, owner, functionId + "@1"), FunctionRevision.class);
        assertThat(found.spec().name()).isEqualTo("build");
    }

    private static byte[] ask(String subject, String owner, String ref) {
        return Await.await(registry.bus.ask(subject, Codec.encode(new HookQuestion(owner, ref))));
    }
}
