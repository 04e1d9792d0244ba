package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.SpawnerHeartbeat.Budget;
import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Capacity;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Secrets that functions name. */
class SecretsOfFunctionsTest extends RegistryFixture {
    private static final Capacity ROOM = new Capacity(1_024, 1_024);
    private static final JsonArray DB = new JsonArray().add("db");

    private void store(String name, int bytes) {
        assertThat(user.put("/v1/secrets/" + name, new JsonObject().put("value", "x".repeat(bytes)))
                        .status())
                .isLessThan(300);
    }

    private static JsonObject function(String name, JsonArray secrets) {
        return Client.function(name).put("secrets", secrets);
    }

    @Test
    void givenStoredSecrets_whenAFunctionNamesThem_thenItHasThem() {
        store("db", 1);
        store("db", 1);
        var secrets = new JsonArray().add("db").add("DB_PASSWORD=db").add("OLD=db@1");

        assertThat(user.post("/v1/functions", function("reader", secrets)).status())
                .isEqualTo(201);

        assertThat(user.get("/v1/functions/reader").json().getJsonArray("secrets"))
                .isEqualTo(secrets);
        assertThat(user.get("/v1/secrets/db").json().getJsonArray("usedBy")).containsExactly("reader");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            create   | POST  | /v1/functions                | secrets[1]
            preview  | POST  | /v1/functions?dryRun=true    | secrets[1]
            replace  | PUT   | /v1/functions/f              | secrets[1]
            change   | PATCH | /v1/functions/f              | secrets[1]
            compare  | PATCH | /v1/functions/f?dryRun=true  | secrets[1]
            """)
    void givenASecretThatIsNotStored_whenAFunctionNamesIt_thenThatIsRefusedAtItsPlace(
            String call, String method, String path, String field) throws Exception {
        store("db", 1);
        user.create("f");
        var others = registry.client(Ids.user(Instant.now()));
        others.put("/v1/secrets/missing", new JsonObject().put("value", "x"));

        for (var missing : List.of("missing", "A=missing", "B=db@2")) {
            var body = function(
                    method.equals("POST") ? "g" : "f", new JsonArray().add("db").add(missing));
            assertRefused(user.send(method, path, body.encode(), "Content-Type", contentType(method)), call, field);
        }
        assertThat(user.get("/v1/functions/f").json().getInteger("revision")).isEqualTo(1);
        assertThat(user.get("/v1/functions/g").status()).isEqualTo(404);
    }

    @Test
    void givenASpawnerOfAVersionWithoutSecrets_whenAFunctionNamesThem_thenItIsRefusedUntilThatSpawnerIsGone() {
        store("db", 1);
        user.post("/v1/functions", function("f", DB));
        user.put("/v1/functions/f", Client.function("f"));
        var spawners = registry.bus.kv(Subjects.SPAWNERS);
        spawners.put("spn-new", Codec.encode(heartbeat("spn-new", new Budget("daemon", ROOM, ROOM, ROOM))))
                .join();
        assertThat(user.post("/v1/functions", function("g", DB)).status()).isEqualTo(201);

        spawners.put("spn-old", Codec.encode(heartbeat("spn-old", null))).join();

        Await.eventually(
                () -> user.post("/v1/functions?dryRun=true", function("h", DB)).status() == 503);
        for (var refused : List.of(
                user.post("/v1/functions", function("h", DB)),
                user.put("/v1/functions/f", function("f", DB)),
                user.post("/v1/functions/f/rollback", new JsonObject().put("revision", 1)))) {
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo("unavailable");
            assertThat(refused.json().getString("detail")).contains("spn-old").doesNotContain("spn-new");
        }
        assertThat(user.post("/v1/functions", Client.function("h")).status()).isEqualTo(201);

        spawners.delete("spn-old").join();
        Await.eventually(() -> user.put("/v1/functions/f", function("f", DB)).status() == 200);
    }

    private static SpawnerHeartbeat heartbeat(String spawner, @Nullable Budget budget) {
        return new SpawnerHeartbeat(spawner, Ids.activation(Instant.now()), 4, 4, null, budget);
    }

    private static String contentType(String method) {
        return method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
    }

    private static void assertRefused(HttpAnswer answer, String call, String field) {
        assertThat(answer.status()).as(call).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
        assertThat(answer.json().getJsonArray("errors").getJsonObject(0).getString("field"))
                .isEqualTo(field);
    }

    @Test
    void givenARevisionWhoseSecretIsGone_whenRolledBackTo_thenThatIsRefused() {
        store("db", 1);
        user.post("/v1/functions", function("f", DB));
        user.put("/v1/functions/f", Client.function("f"));
        assertThat(user.delete("/v1/secrets/db").status()).isEqualTo(204);

        assertRefused(
                user.post("/v1/functions/f/rollback", new JsonObject().put("revision", 1)), "rollback", "secrets[0]");
    }

    @Test
    void givenSecretsThatAreLargeTogether_whenAFunctionNamesThem_then256KibibytesAreTheMost() {
        var secrets = new JsonArray();
        for (int i = 0; i < 4; i++) {
            store("s" + i, 65_536);
            secrets.add("s" + i);
        }
        store("one-byte", 1);
        assertThat(user.post("/v1/functions", function("full", secrets)).status())
                .isEqualTo(201);

        assertRefused(user.post("/v1/functions", function("f", secrets.add("one-byte"))), "create", "secrets");
    }

    @Test
    void givenASecret_whenItIsDeletedWhileFunctionsNameIt_thenOnlyOneOfTheTwoHappens() {
        for (int round = 0; round < 10; round++) {
            store("db", 1);
            var name = "f" + round;
            var created = user.sent("POST", "/v1/functions", function(name, DB).encode());
            var deleted = user.sent("DELETE", "/v1/secrets/db", "");

            assertThat(List.of(created.join().status(), deleted.join().status()))
                    .isIn(List.of(List.of(201, 409), List.of(400, 204)));
            user.delete("/v1/functions/" + name);
        }
    }

    @Test
    void givenManyFunctionsThatNameASecret_whenItIsListed_thenEachIsThereOnce() {
        store("db", 1);
        IntStream.range(0, 3)
                .forEach(i ->
                        user.post("/v1/functions", function("f" + i, DB.copy().add("A=db"))));

        assertThat(user.get("/v1/secrets").items().getJsonObject(0).getJsonArray("usedBy"))
                .containsExactly("f0", "f1", "f2");
    }
}
