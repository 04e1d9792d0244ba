package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.spawner.docker.TestRegistry;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that each failure has its own reason and a helpful detail, leaves nothing behind, and does not affect others. */
@ExtendWith(WholeSystem.class)
class UnhappyEndsIT {
    private static final Duration CLEAN = Duration.ofSeconds(30);
    /** After the timeout: the time for a command that ignores SIGTERM, and a margin. */
    private static final long STOPS_WITHIN_MS = 5_000;

    @ParameterizedTest
    @MethodSource("dev.faas.system.run.UnhappyRows#all")
    void endsInItsNamedStateAndLeavesNothing(UnhappyRows.Row row, WholeSystem.Running system) throws Exception {
        var images = system.images();
        var image = row.script().isEmpty() ? images.load(row.image()) : images.script(row.script());
        var ada = system.user();
        var function = ada.function("unhappy", image, row.more());

        var record = ada.ended(ada.submit("unhappy", ""));

        expect(record, row.status(), row.reason());
        row.check().accept(record);
        if (row.status().equals("timed_out")) {
            long limit = 1_000L * timeoutSeconds(row);
            assertThat(record.path("durationMs").asLong()).isBetween(limit, limit + STOPS_WITHIN_MS);
        }
        goesOnForOthers(system);
        assertThat(ada.delete("/v1/functions/unhappy").status()).isEqualTo(204);
        leavesNothing(system, function);
    }

    private static int timeoutSeconds(UnhappyRows.Row row) {
        return (int) ((Map<?, ?>) row.more().get("limits")).get("timeoutSeconds");
    }

    private static void goesOnForOthers(WholeSystem.Running system) throws Exception {
        var bob = system.user();
        bob.function("neighbour", system.images().script("echo well"));
        assertThat(bob.ended(bob.submit("neighbour", "")).path("result").asText())
                .isEqualTo("well\n");
        bob.delete("/v1/functions/neighbour");
    }

    private static void leavesNothing(WholeSystem.Running system, String function) {
        Await.until(
                "no container of the function",
                CLEAN,
                () -> containers(system, function).isEmpty());
    }

    private static List<?> containers(WholeSystem.Running system, String function) {
        return system.images()
                .docker()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("dev.faas.revision", function + "@1"))
                .exec();
    }

    @Test
    void anImageThatItsRegistryDoesNotHave(WholeSystem.Running system, @TempDir Path directory) throws Exception {
        try (var registry = TestRegistry.start(directory)) {
            var record = run(system, registry.reference("no/such:image"));

            expect(record, "failed", "image_not_found");
            assertThat(record.path("detail").asText()).contains("no/such:image");
        }
    }

    @Test
    void anImageIsPulledWhenDockerDoesNotHaveIt(WholeSystem.Running system, @TempDir Path directory) throws Exception {
        try (var registry = TestRegistry.start(directory)) {
            var image = registry.push(system.images(), system.images().script("echo pulled"), "faas-test/pulled", "1");

            assertThat(run(system, image).path("result").asText()).isEqualTo("pulled\n");
            system.images().docker().removeImageCmd(image).exec();
        }
    }

    @Test
    void aRegistryThatDoesNotAnswer(WholeSystem.Running system) throws Exception {
        var record = run(system, "127.0.0.1:1/no/such:image");

        expect(record, "failed", "image_pull_failed");
        assertThat(record.path("detail").asText()).contains("127.0.0.1:1/no/such:image");
    }

    private static JsonNode run(WholeSystem.Running system, String image) throws Exception {
        var ada = system.user();
        ada.function("unhappy", image);
        return ada.ended(ada.submit("unhappy", ""));
    }

    private static void expect(JsonNode record, String status, String reason) {
        assertThat(record.path("status").asText()).as(record.toString()).isEqualTo(status);
        assertThat(record.path("reason").isNull() ? "" : record.path("reason").asText())
                .as(record.toString())
                .isEqualTo(reason);
    }
}
