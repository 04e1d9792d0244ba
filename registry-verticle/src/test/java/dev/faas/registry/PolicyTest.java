package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.FunctionRules;
import dev.faas.testing.Records;
import dev.faas.testing.TestKey;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Admins see what the operator allows. */
class PolicyTest extends RegistryFixture {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "FAAS_PROFILE", "shared",
            "FAAS_IMAGE_ALLOW", "@docker/**, registry.example/team/*",
            "FAAS_IMAGE_REQUIRE_DIGEST", "true",
            "FAAS_FUNCTION_MAX_MEMORY_MB", "512",
            "FAAS_OWNER_MAX_FUNCTIONS", "7");

    @Test
    void thePolicyInForceIsShownToAdminsAlone() throws Exception {
        var env = Env.of(ENVIRONMENT);
        registry.replace(
                config -> Records.with(config, "rules", FunctionRules.from(env), "quotas", QuotaSettings.from(env)));
        try (var admin = new Client(
                        registry.port(),
                        registry.tokens.token(
                                TestKey.claims(Instant.now().plusSeconds(600)).put("sub", Ids.user(Instant.now()))));
                var other = new Client(registry.port(), registry.tokens.access(owner))) {
            var policy = admin.get("/v1/admin/policy").json();

            assertThat(policy.getJsonObject("images")).isEqualTo(new JsonObject("""
                    {"others":{"allow":["@docker/**","registry.example/team/*"],"local":[],"login":[]},
                     "admins":{"allow":["@docker/**","registry.example/team/*"],"local":["**"],"login":["**"]},
                     "requireDigest":true}"""));
            assertThat(policy.getJsonObject("limits"))
                    .isEqualTo(new JsonObject("{\"memoryMb\":512,\"cpus\":8,\"pids\":1024,\"timeoutSeconds\":86400}"));
            assertThat(policy.getJsonObject("quota").getMap())
                    .containsEntry("functions", 7)
                    .containsEntry("queued", 100_000)
                    .containsEntry("running", null);
            assertThat(other.get("/v1/admin/policy").status()).isEqualTo(403);
        }
    }
}
