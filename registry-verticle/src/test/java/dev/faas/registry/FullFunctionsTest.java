package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.TopologyConfig;
import dev.faas.testing.HttpAnswer;
import dev.faas.testing.Records;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One owner's functions in a bucket that is small. */
class FullFunctionsTest {
    private static final int BUCKET = 1 << 20;
    private static final int FUNCTION = 20 * 1_024;

    private static JsonObject large(String name) {
        return Client.function(name).put("command", new JsonArray(Collections.nCopies(20, "x".repeat(1_020))));
    }

    @Test
    void givenAnOwnerWhoFillsTheBucket_whenItIsHalfFull_thenThatOwnerIsRefusedAndOthersAreNot(@TempDir Path directory)
            throws Exception {
        var sizes = Records.with(TopologyConfig.LOCAL.sizes(), "functions", BUCKET);
        var registry = Registry.start(directory, config -> Registry.withTopology(config, "sizes", sizes));
        try {
            var greedy = registry.client();
            int created = 0;
            HttpAnswer answer;
            do {
                answer = greedy.post("/v1/functions", large("greedy-" + created));
                created++;
            } while (answer.status() == 201 && created < 100);

            assertThat(answer.status()).as(answer.text()).isEqualTo(429);
            assertThat(answer.code()).isEqualTo("quota_exceeded");
            assertThat((created - 1) * FUNCTION).isBetween(BUCKET / 2 - 2 * FUNCTION, BUCKET / 2 + 2 * FUNCTION);
            assertThat(greedy.put("/v1/functions/greedy-1", large("greedy-1").put("description", "larger"))
                            .code())
                    .isEqualTo("quota_exceeded");
            assertThat(greedy.put("/v1/functions/greedy-0", Client.function("greedy-0"))
                            .status())
                    .isEqualTo(200);
            var modest = registry.client();
            for (int i = 0; i < 5; i++) {
                assertThat(modest.post("/v1/functions", large("modest-" + i)).status())
                        .isEqualTo(201);
            }
            assertThat(greedy.delete("/v1/functions/greedy-2").status()).isEqualTo(204);
        } finally {
            registry.stop();
        }
    }
}
