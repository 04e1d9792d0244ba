package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.OutputChunk.Source;
import dev.faas.quota.OwnerQuotas;
import dev.faas.quota.Quota.Limit;
import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.testing.TestKey;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotasTest extends RegistryFixture {
    private Client admin;

    @BeforeEach
    void newAdmin() {
        var claims = TestKey.claims(Instant.now().plusSeconds(600)).put("sub", Ids.user(Instant.now()));
        admin = new Client(registry.port(), registry.tokens.token(claims));
    }

    private HttpAnswer change(String quota) {
        return admin.patch(
                "/v1/admin/projects/" + owner,
                new JsonObject().put("quota", quota == null ? null : new JsonObject(quota)));
    }

    private JsonObject ownQuota() {
        return user.get("/v1/projects/" + owner + "/quota").json();
    }

    private static JsonObject withCommand(String name, int bytes) {
        return Client.function(name)
                .put("command", new JsonArray(Collections.nCopies(bytes / 1_024, "x".repeat(1_020))));
    }

    @Test
    void givenAQuotaOfAnAdmin_whenItIsReached_thenMoreIsRefusedAndWhatIsThereCanShrink() {
        assertThat(change("{\"functions\": 2, \"specKb\": 40}").status()).isEqualTo(200);
        assertThat(user.post("/v1/functions", withCommand("one", 20_000)).status())
                .isEqualTo(201);

        var tooLarge = user.post("/v1/functions", withCommand("two", 30_000));
        assertThat(tooLarge.status()).isEqualTo(429);
        assertThat(tooLarge.code()).isEqualTo("quota_exceeded");
        assertThat(tooLarge.json().getString("detail")).contains("40 KiB");
        assertThat(user.get("/v1/functions/two").status()).isEqualTo(404);
        assertThat(user.create("two").status()).isEqualTo(201);
        assertThat(user.create("three").code()).isEqualTo("quota_exceeded");

        var grown = user.put("/v1/functions/two", withCommand("two", 30_000));
        assertThat(grown.code()).isEqualTo("quota_exceeded");
        assertThat(user.put("/v1/functions/two?dryRun=true", withCommand("two", 30_000))
                        .code())
                .isEqualTo("quota_exceeded");
        assertThat(user.get("/v1/functions/two").json().getInteger("revision")).isEqualTo(1);

        assertThat(change("{\"functions\": 1, \"specKb\": 10}").status()).isEqualTo(200);
        assertThat(user.put("/v1/functions/one", withCommand("one", 15_000)).status())
                .isEqualTo(200);
        assertThat(ownQuota().getJsonObject("used").getInteger("specKb")).isBetween(14, 20);
    }

    @Test
    void givenManyCreatesAtOnce_whenTheyExceedTheQuotaTogether_thenNoMoreThanTheQuotaAreStored() {
        change("{\"functions\": 3}");

        var answers = IntStream.range(0, 20)
                .mapToObj(i -> user.sent(
                        "POST", "/v1/functions", Client.function("at-once-" + i).encode()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .map(HttpAnswer::status)
                .toList();

        assertThat(answers).containsOnly(201, 429);
        assertThat(Collections.frequency(answers, 201)).isEqualTo(3);
    }

    @Test
    void givenMoreRevisionsThanTheQuota_whenAnotherIsStored_thenTheOldestGoThatNoLiveActivationNames() {
        var id = user.create("revised").json().getString("id");
        var queued = Story.accepted(registry.bus, Story.activation(owner, id, "revised", Instant.now(), Map.of()), "x");
        Await.until(
                "in the ledger",
                () -> user.get("/v1/activations/" + queued.id()).status() == 200);
        change("{\"revisions\": 3}");

        for (int i = 2; i <= 6; i++) {
            assertThat(user.patch("/v1/functions/revised", new JsonObject().put("description", "d" + i))
                            .status())
                    .isEqualTo(200);
        }

        // The activation names revision 1.
        assertThat(revisions()).containsExactly(6, 5, 4, 1);
        assertThat(user.get("/v1/functions/revised@2").status()).isEqualTo(404);
        queued.claimed("run-1").succeeded(null, 0, 0);
        Await.until(
                "ended",
                () -> user.get("/v1/activations/" + queued.id())
                        .json()
                        .getString("status")
                        .equals("succeeded"));
        user.patch("/v1/functions/revised", new JsonObject().put("description", "d7"));
        assertThat(revisions()).containsExactly(7, 6, 5);
    }

    private List<Integer> revisions() {
        return user.get("/v1/functions/revised/revisions").items().stream()
                .map(each -> ((JsonObject) each).getInteger("revision"))
                .toList();
    }

    @Test
    void givenAnOwner_whenTheOwnQuotaIsRead_thenLimitsAndUseAreThere_andThoseOfOthersAreUnknown() {
        user.create("one");

        var quota = ownQuota();

        assertThat(admin.get("/v1/projects/" + owner + "/quota").json()).isEqualTo(quota);
        assertThat(admin.get("/v1/projects/x/quota").code()).isEqualTo("project_not_found");
        assertThat(quota.getJsonObject("limits").getMap())
                .containsEntry("functions", 500)
                .containsEntry("specKb", 65_536)
                .containsEntry("revisions", 1_000)
                .containsEntry("running", null)
                .containsEntry("queued", 1_000_000)
                .containsEntry("queuedMb", 1_024)
                .containsEntry("storedMb", null)
                .containsEntry("requestsPerSecond", null);
        assertThat(quota.getJsonObject("used").getMap())
                .containsEntry("functions", 1)
                .containsEntry("specKb", 1)
                .containsEntry("running", 0)
                .containsEntry("queued", 0)
                .containsEntry("storedMb", null);
        for (var other : List.of(Ids.user(Instant.now()), "prj_x", "x")) {
            var unknown = user.get("/v1/projects/" + other + "/quota");
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.code()).isEqualTo("project_not_found");
        }
    }

    @Test
    void givenAChange_whenPublished_thenWhoFollowsTheBucketHasIt_alsoAfterAReset() throws Exception {
        var settings = registry.backends.config().quotas();
        var quotas = OwnerQuotas.follow(registry.bus.kv(Subjects.USAGE), settings, Duration.ofSeconds(10));
        try {
            assertThat(quotas.of(owner).of(Limit.QUEUED)).isEqualTo(1_000_000);

            var changed = change("{\"queued\": 7, \"queuedMb\": null}").json();
            assertThat(changed.getJsonObject("quota").getMap()).hasSize(2).containsEntry("queued", 7);
            Await.until("published", () -> quotas.of(owner).of(Limit.QUEUED) == 7);
            assertThat(quotas.of(owner).isLimited(Limit.QUEUED_MB)).isFalse();

            change("{\"requestsPerSecond\": 9}");
            Await.until("added", () -> quotas.of(owner).of(Limit.REQUESTS_PER_SECOND) == 9);
            assertThat(quotas.of(owner).of(Limit.QUEUED)).isEqualTo(7);

            assertThat(change(null).json().getJsonObject("quota")).isEmpty();
            Await.until("reset", () -> quotas.of(owner).of(Limit.QUEUED) == 1_000_000);
        } finally {
            quotas.close();
        }
    }

    @Test
    void givenALimitOfWhatIsStored_whenItIsExceeded_thenGatewaysAreTold_untilItIsHigher() throws Exception {
        var quotas = OwnerQuotas.follow(
                registry.bus.kv(Subjects.USAGE), registry.backends.config().quotas(), Duration.ofSeconds(10));
        try {
            var output = "x".repeat(1_500_000);
            var id = user.create("writer").json().getString("id");
            var written = Story.accepted(
                            registry.bus, Story.activation(owner, id, "writer", Instant.now(), Map.of()), "x")
                    .claimed("run-1")
                    .wrote("run-1", Source.STDOUT, output)
                    .succeeded(null, output.length(), 0);
            Await.until(
                    "in the ledger",
                    () -> user.get("/v1/activations/" + written.id()).text().contains("succeeded"));

            change("{\"storedMb\": 1}");
            Await.until("told", Duration.ofSeconds(20), () -> quotas.hasStoredTooMuch(owner));
            assertThat(ownQuota().getJsonObject("used").getInteger("storedMb")).isEqualTo(2);
            assertThat(quotas.of(owner).of(Limit.STORED_MB)).isEqualTo(1);

            change("{\"storedMb\": 2}");
            Await.until("told otherwise", () -> !quotas.hasStoredTooMuch(owner));
        } finally {
            quotas.close();
        }
    }

    @Test
    void givenOwnersWithAndWithoutFunctions_whenAnAdminListsThem_thenEachIsThereWithItsQuota() {
        user.create("one");
        var other = Ids.user(Instant.now());
        admin.patch("/v1/admin/projects/" + other, new JsonObject().put("quota", new JsonObject().put("functions", 1)));

        var found = new HashMap<String, JsonObject>();
        for (var next = ""; next != null; ) {
            var page = admin.get("/v1/admin/projects?limit=1" + (next.isEmpty() ? "" : "&cursor=" + next));
            page.items().forEach(each -> found.put(((JsonObject) each).getString("id"), (JsonObject) each));
            next = page.next();
        }

        assertThat(found.get(owner).getJsonObject("used").getInteger("functions"))
                .isEqualTo(1);
        assertThat(found.get(owner).getJsonObject("quota")).isEmpty();
        assertThat(found.get(other).getJsonObject("limits").getInteger("functions"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{'quota': {'functions': 0}} | quota.functions",
                "{'quota': {'functions': 'x'}} | quota.functions",
                "{'quota': {'cpus': 1}} | quota.cpus",
                "{'quota': 1} | quota",
                "{} | quota",
                "{'quota': null, 'state': 'active'} | state"
            })
    void givenAnInvalidChange_whenSent_thenTheFieldIsNamed(String body, String field) {
        var refused = admin.patch("/v1/admin/projects/" + owner, new JsonObject(body.replace('\'', '"')));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.fields()).contains(field);
    }

    @Test
    void givenAUserWhoIsNoAdmin_whenAdminCallsAreMade_thenTheyAreForbidden() {
        var quota = new JsonObject().put("quota", new JsonObject());
        for (var answer : List.of(user.get("/v1/admin/projects"), user.patch("/v1/admin/projects/" + owner, quota))) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("forbidden");
        }
        assertThat(admin.patch("/v1/admin/projects/nobody", quota).code()).isEqualTo("project_not_found");
    }
}
