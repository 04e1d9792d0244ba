package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import dev.faas.registry.function.FunctionRules;
import dev.faas.testing.HttpAnswer;
import dev.faas.testing.Records;
import dev.faas.testing.TestKey;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of an operator on a platform that others reach: each write is checked before anything is stored. */
class FunctionRulesTest extends RegistryFixture {
    private static final String FORBIDDEN = "127.0.0.1:5000/inner/x:1";

    private static final Map<String, String> SHARED = Map.of("FAAS_PROFILE", "shared");

    private Client admin;

    @BeforeAll
    static void shared() throws Exception {
        use(SHARED);
    }

    private static void use(Map<String, String> settings) throws Exception {
        var env = Env.of(settings);
        var rules = FunctionRules.from(env);
        env.check();
        registry.replace(config -> Records.with(config, "rules", rules));
    }

    /** The same user as an admin, which others are not any more. */
    @BeforeEach
    void writeAsAdmin() {
        admin = new Client(
                registry.port(),
                registry.tokens.token(TestKey.claims(Instant.now().plus(Duration.ofMinutes(5)))
                        .put("sub", owner)
                        .put("iat", Instant.now().getEpochSecond())));
        admin.post("/v1/functions", function("old", FORBIDDEN, "none"));
        admin.patch("/v1/functions/old", new JsonObject().put("image", "busybox"));
        admin.post("/v1/functions", function("stays", FORBIDDEN, "none"));
    }

    @AfterEach
    void close() {
        admin.close();
    }

    static Stream<Arguments> writes() {
        return Stream.of("none", "outbound")
                .flatMap(network -> Stream.of(
                        write("POST", c -> c.post("/v1/functions", function("new", FORBIDDEN, network))),
                        write(
                                "POST as a preview",
                                c -> c.post("/v1/functions?dryRun=true", function("new", FORBIDDEN, network))),
                        write("PUT", c -> c.put("/v1/functions/old", function("old", FORBIDDEN, network))),
                        write(
                                "PATCH",
                                c -> c.patch(
                                        "/v1/functions/old",
                                        new JsonObject().put("image", FORBIDDEN).put("network", network))),
                        write(
                                "PATCH of another field",
                                c -> c.patch("/v1/functions/stays", new JsonObject().put("network", network)))));
    }

    private static Arguments write(String name, Function<Client, HttpAnswer> write) {
        return Arguments.argumentSet(name, write);
    }

    @ParameterizedTest
    @MethodSource("writes")
    void givenAnImageThatIsNotAllowedWhenWrittenThenThePatternsAreNamedAndNothingIsStored(
            Function<Client, HttpAnswer> write) {
        var refused = write.apply(user);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.fields()).containsExactly("image");
        assertThat(refused.messages()).contains("@docker/**").contains("must be named in full");
        assertThat(user.get("/v1/functions/new").status()).isEqualTo(404);
        assertThat(user.get("/v1/functions/old").json().getInteger("revision")).isEqualTo(2);
        assertThat(user.get("/v1/functions/stays").json().getInteger("revision"))
                .isEqualTo(1);
    }

    @Test
    void givenAnOldRevisionThatIsNotAllowedWhenRolledBackToThenItIsRefused() {
        var refused = rollback(user, 1);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.fields()).containsExactly("image");
        assertThat(rollback(user, 2).status()).isEqualTo(200);
        assertThat(rollback(admin, 1).status()).isEqualTo(200);
    }

    private static HttpAnswer rollback(Client client, int revision) {
        return client.post("/v1/functions/old/rollback", new JsonObject().put("revision", revision));
    }

    @Test
    void givenAnAdminWhenAnyImageIsWrittenThenItIsStoredForTheSpawnersAndNotShown() {
        assertThat(stored("stays").byAdmin()).isTrue();
        assertThat(admin.get("/v1/functions/stays").json().containsKey("byAdmin"))
                .isFalse();
        var spelt =
                user.post("/v1/functions", function("spelt", "busybox", "none").put("byAdmin", true));
        assertThat(spelt.fields()).containsExactly("byAdmin");
        user.patch("/v1/functions/old", new JsonObject().put("description", "by the user"));
        assertThat(stored("old").byAdmin()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "memoryMb,       4096,  4097",
        "cpus,           8,     9",
        "pids,           1024,  1025",
        "timeoutSeconds, 86400, 86401"
    })
    void givenALimitAboveTheOperatorsWhenWrittenThenTheMaximumIsNamed(String limit, int most, int more) {
        var refused =
                user.post("/v1/functions", function("big", "busybox", "none").put("limits", limit(limit, more)));
        var stored =
                user.post("/v1/functions", function("big", "busybox", "none").put("limits", limit(limit, most)));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.fields()).containsExactly("limits." + limit);
        assertThat(refused.messages()).contains(" " + most);
        assertThat(stored.status()).isEqualTo(201);
    }

    @Test
    void givenMaximaOfTheOperatorWhenWrittenThenTheyHoldAlsoForARollback() throws Exception {
        user.post("/v1/functions", function("big", "busybox", "none").put("limits", limit("memoryMb", 257)));
        user.patch("/v1/functions/big", new JsonObject("{\"limits\": null}"));
        use(Map.of(
                "FAAS_PROFILE", "private",
                "FAAS_FUNCTION_MAX_MEMORY_MB", "256",
                "FAAS_FUNCTION_MAX_CPUS", "1",
                "FAAS_FUNCTION_MAX_PIDS", "200",
                "FAAS_FUNCTION_MAX_TIMEOUT", "10m"));
        try {
            user = registry.client(owner);
            var limits = new JsonObject()
                    .put("memoryMb", 257)
                    .put("cpus", 1.5)
                    .put("pids", 201)
                    .put("timeoutSeconds", 601);
            var refused = user.post(
                    "/v1/functions", function("bigger", FORBIDDEN, "none").put("limits", limits));
            var back = user.post("/v1/functions/big/rollback", new JsonObject().put("revision", 1));

            assertThat(refused.fields())
                    .containsExactly("limits.cpus", "limits.memoryMb", "limits.pids", "limits.timeoutSeconds");
            assertThat(back.messages()).contains("limits.memoryMb").contains("from 8 to 256");
            assertThat(user.create("usual").status()).isEqualTo(201);
            assertThat(user.get("/v1/functions/big@1")
                            .json()
                            .getJsonObject("limits")
                            .getInteger("memoryMb"))
                    .isEqualTo(257);
        } finally {
            use(SHARED);
        }
    }

    private static JsonObject function(String name, String image, String network) {
        return Client.function(name).put("image", image).put("network", network);
    }

    private static JsonObject limit(String name, int value) {
        return new JsonObject().put(name, value);
    }

    private FunctionSpec stored(String name) {
        var put = registry.bus
                .kv(Subjects.FUNCTIONS)
                .get(owner + "." + name)
                .join()
                .orElseThrow();
        return Codec.decode(put.value().bytes(), FunctionRevision.class).spec();
    }
}
