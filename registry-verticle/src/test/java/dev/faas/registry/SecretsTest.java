package dev.faas.registry;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.Kv;
import dev.faas.seal.SecretId;
import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.testing.Records;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.SealedSecret;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretsTest extends RegistryFixture {
    private static final String VALUE = "hunter2-correct-horse";

    private HttpAnswer put(String name, String value, String... headers) {
        return user.send(
                "PUT",
                "/v1/secrets/" + name,
                new JsonObject().put("value", value).encode(),
                headers);
    }

    @Test
    void givenANewSecret_whenStoredReadAndListed_thenNoAnswerHasItsValue() {
        var made = put("db", VALUE);
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        assertThat(made.json().fieldNames()).containsExactlyInAnyOrder("name", "version", "createdAt", "createdBy");
        assertThat(made.json().getString("createdBy")).isEqualTo(owner);
        assertThat(put("db", VALUE + "2").status()).isEqualTo(200);
        put("another", VALUE);

        var read = user.get("/v1/secrets/db");
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.header("ETag")).isEqualTo("\"2\"");
        assertThat(read.json().getJsonArray("usedBy")).isEmpty();
        assertThat(versions(read)).containsExactly(2, 1);
        var page = user.get("/v1/secrets?limit=1");
        assertThat(page.items().getJsonObject(0).getString("name")).isEqualTo("another");
        var next = user.get("/v1/secrets?limit=1&cursor=" + page.next());
        assertThat(next.items().getJsonObject(0)).isEqualTo(read.json());
        assertThat(next.next()).isNull();
        for (var answer : List.of(made, read, page, next)) {
            assertThat(answer.json().encode()).doesNotContain(VALUE);
        }
    }

    @Test
    void givenSecrets_whenTheDatabaseAndTheBucketAreRead_thenNoValueIsThere_andOnlyTheSpawnersKeyOpensIt()
            throws Exception {
        put("db", VALUE);
        put("db", VALUE + "2");

        var newest = bucket("db").orElseThrow();
        assertThat(newest.number()).isEqualTo(2);
        assertThat(open("db", newest)).hasValue(VALUE + "2");
        assertThat(open("other", newest)).isEmpty();
        var first = bucket("db.1").orElseThrow();
        assertThat(first.number()).isEqualTo(1);
        assertThat(open("db", first)).hasValue(VALUE);

        var dump = registry.backends.text("select string_agg(s::text, ' ') from registry.secret s")
                + Codec.toTree(newest)
                + Codec.toTree(first);
        var bytes = VALUE.getBytes(StandardCharsets.UTF_8);
        assertThat(dump)
                .contains(owner)
                .doesNotContain(
                        VALUE,
                        HexFormat.of().formatHex(bytes),
                        Base64.getEncoder().withoutPadding().encodeToString(bytes));
    }

    @Test
    void givenBytes_whenStored_thenTheyAreTheValue() {
        var bytes = new byte[65_536];
        bytes[3] = (byte) 0xff;
        var answer = user.put(
                "/v1/secrets/raw",
                new JsonObject().put("valueBase64", Base64.getEncoder().encodeToString(bytes)));

        assertThat(answer.status()).isEqualTo(201);
        var sealed = bucket("raw").orElseThrow();
        assertThat(Backends.OPENING.open(
                        new SecretId(owner, "raw", 1),
                        sealed.sealKey(),
                        Base64.getDecoder().decode(sealed.sealed())))
                .hasValue(bytes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            db     | {}                                   | value
            db     | {'value': ''}                        | value
            db     | {'value': 'x', 'valueBase64': 'eA=='}| value
            db     | {'valueBase64': ''}                  | valueBase64
            db     | {'valueBase64': 'e!'}                | valueBase64
            db     | {'value': 7}                         | value
            db     | {'value': 'x', 'colour': 'green'}    | colour
            -db    | {'value': 'x'}                       | ''
            d.b    | {'value': 'x'}                       | ''
            d%00b  | {'value': 'x'}                       | ''
            """)
    void givenWrongInput_whenStored_thenItIsRefusedAtItsField(String name, String body, String field) {
        var answer = user.send("PUT", "/v1/secrets/" + name, body.replace('\'', '"'));

        assertThat(answer.status()).as(answer.json().encode()).isEqualTo(400);
        assertThat(answer.json().getJsonArray("errors").getJsonObject(0).getString("field"))
                .isEqualTo(field);
        assertThat(user.get("/v1/secrets").items()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"65536, 201", "65537, 400"})
    void givenAValueOfSomeSize_whenStored_then64KibibytesAreTheMost(int bytes, int status) {
        assertThat(put("large", "x".repeat(bytes)).status()).isEqualTo(status);
        assertThat(put("large", "é".repeat(bytes / 2 + 1)).status()).isEqualTo(400);
    }

    @Test
    void givenConditions_whenWritten_thenTheyAreKept() {
        assertThat(put("db", VALUE, "If-Match", "\"1\"").status()).isEqualTo(412);
        assertThat(put("db", VALUE, "If-None-Match", "*").status()).isEqualTo(201);
        assertThat(put("db", VALUE, "If-None-Match", "*").code()).isEqualTo("precondition_failed");
        assertThat(put("db", VALUE, "If-Match", "\"1\"").status()).isEqualTo(200);
        assertThat(put("db", VALUE, "If-Match", "\"1\"").status()).isEqualTo(412);
        assertThat(user.send("DELETE", "/v1/secrets/db", "", "If-Match", "\"1\"")
                        .status())
                .isEqualTo(412);
        assertThat(user.send("GET", "/v1/secrets/db", "", "If-None-Match", "\"2\"")
                        .status())
                .isEqualTo(304);
        assertThat(user.send("DELETE", "/v1/secrets/db", "", "If-Match", "\"2\"")
                        .status())
                .isEqualTo(204);
    }

    @Test
    void givenADeletedSecret_whenAskedFor_thenNothingIsLeftOfIt_andAnotherUserNeverSawIt() throws Exception {
        put("db", VALUE);
        put("db", VALUE);
        var other = registry.client(Ids.user(Instant.now()));
        assertThat(other.get("/v1/secrets/db").code()).isEqualTo("secret_not_found");
        assertThat(other.delete("/v1/secrets/db").code()).isEqualTo("secret_not_found");
        assertThat(other.get("/v1/secrets").items()).isEmpty();

        assertThat(user.delete("/v1/secrets/db").status()).isEqualTo(204);

        assertThat(user.get("/v1/secrets/db").code()).isEqualTo("secret_not_found");
        assertThat(user.delete("/v1/secrets/db").status()).isEqualTo(404);
        assertThat(user.get("/v1/secrets/d%00b").status()).isEqualTo(404);
        assertThat(bucket("db")).isEmpty();
        assertThat(bucket("db.1")).isEmpty();
        assertThat(registry.backends.number("select count(*) from registry.secret where owner = '" + owner + "'"))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"db", "PASSWORD=db", "db@1", "PASSWORD=db@1"})
    void givenAFunctionThatNamesASecret_whenTheSecretIsDeleted_thenItIsInUse(String named) {
        put("db", VALUE);
        put("db2", VALUE);
        nameInFunction("reader", named);

        var refused = user.delete("/v1/secrets/db");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("secret_in_use");
        assertThat(refused.json().getString("detail")).contains("reader");
        assertThat(user.get("/v1/secrets/db").json().getJsonArray("usedBy")).containsExactly("reader");
        assertThat(bucket("db")).isPresent();
        assertThat(user.delete("/v1/secrets/db2").status()).isEqualTo(204);
        user.delete("/v1/functions/reader");
        assertThat(user.delete("/v1/secrets/db").status()).isEqualTo(204);
    }

    @Test
    void givenManyVersions_whenAnotherIsStored_thenTheOldestGo_butNotOneThatAFunctionNames() {
        put("db", VALUE);
        put("db", VALUE);
        nameInFunction("reader", "db@2");
        for (int i = 3; i <= 13; i++) {
            assertThat(put("db", VALUE).status()).isEqualTo(200);
        }

        assertThat(versions(user.get("/v1/secrets/db"))).containsExactly(13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 2);
        assertThat(bucket("db.1")).isEmpty();
        assertThat(bucket("db.3")).isEmpty();
        assertThat(bucket("db.2")).map(SealedSecret::number).hasValue(2);
        assertThat(bucket("db")).map(SealedSecret::number).hasValue(13);
    }

    private void nameInFunction(String function, String named) {
        var body = Client.function(function).put("secrets", new JsonArray().add(named));
        assertThat(user.post("/v1/functions", body).status()).isEqualTo(201);
    }

    @Test
    void givenAHundredSecrets_whenMoreAreMadeAtOnce_thenTheyAreRefused_andThoseThereCanBeChanged() {
        for (int i = 0; i < 95; i++) {
            put("s" + i, "x");
        }

        var statuses = new ArrayList<Integer>();
        IntStream.range(0, 12)
                .mapToObj(i -> user.sent("PUT", "/v1/secrets/at-once-" + i, "{\"value\":\"x\"}"))
                .toList()
                .forEach(answer -> statuses.add(answer.join().status()));

        assertThat(Collections.frequency(statuses, 201)).isEqualTo(5);
        assertThat(Collections.frequency(statuses, 429)).isEqualTo(7);
        var refused = put("one-more", "x");
        assertThat(refused.code()).isEqualTo("quota_exceeded");
        assertThat(put("s1", "y").status()).isEqualTo(200);
    }

    @Test
    void givenAFullBucket_whenASecretIsStored_thenItIsRefusedBeforeOthersCannotChangeTheirs() {
        put("before", VALUE);
        var bus = registry.bus.kv(Subjects.SECRETS);
        var junk = new byte[512 * 1_024];
        try {
            for (int i = 0; i < 490; i++) { // of 256 MiB
                await(bus.put("junk." + i, junk));
            }

            var refused = put("after", VALUE);

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("quota_exceeded");
            assertThat(user.delete("/v1/secrets/before").status()).isEqualTo(204);
        } finally {
            await(registry.bus.stream("KV_SECRETS").purge("$KV.SECRETS.junk.>"));
        }
        assertThat(put("after", VALUE).status()).isEqualTo(201);
    }

    @Test
    void givenABucketThatWasLost_whenTheRegistryStarts_thenAllSecretsAreThereAgain() throws Exception {
        put("db", VALUE);
        put("db", VALUE);
        registry.withoutAny(() -> {
            await(registry.bus.stream("KV_SECRETS").purge("$KV.SECRETS." + owner + ".>"));
            assertThat(bucket("db")).isEmpty();
        });

        Await.until("restored", () -> bucket("db.1").isPresent() && bucket("db").isPresent());
    }

    @Test
    void givenNoSealingKey_whenASecretIsStored_thenThePlatformSaysWhoCanChangeThat() throws Exception {
        registry.replace(config -> Records.with(config, "sealing", Optional.empty()));
        try {
            var refused = registry.client(owner).send("PUT", "/v1/secrets/db", "{\"value\":\"x\"}");

            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.json().getString("detail")).contains("FAAS_SEAL_PUBLIC_FILE");
        } finally {
            registry.replace(config -> config);
        }
    }

    private static List<Integer> versions(HttpAnswer secret) {
        return secret.json().getJsonArray("versions").stream()
                .map(each -> ((JsonObject) each).getInteger("version"))
                .toList();
    }

    /** @param key after the owner */
    private Optional<SealedSecret> bucket(String key) {
        return registry.bus
                .kv(Subjects.SECRETS)
                .get(owner + "." + key)
                .join()
                .map(Kv.Change.Put::value)
                .map(value -> Codec.decode(value.bytes(), SealedSecret.class));
    }

    private Optional<String> open(String name, SealedSecret secret) {
        return Backends.OPENING
                .open(
                        new SecretId(owner, name, secret.number()),
                        secret.sealKey(),
                        Base64.getDecoder().decode(secret.sealed()))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
