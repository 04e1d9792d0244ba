package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.spawner.docker.TestRegistry;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each way to fail has its own name, and a sentence that helps. */
@ExtendWith(WholeSystem.class)
class UnhappyEndsIT {
    @Test
    void anExitCodeOtherThanZero(WholeSystem.Running system) throws Exception {
        var record = run(system, system.images().script("echo so far; exit 3"), Map.of());

        expect(record, "failed", "exit_code");
        assertThat(record.path("exitCode").asInt()).isEqualTo(3);
        assertThat(record.path("result").asText()).isEqualTo("so far\n");
    }

    @Test
    void aSignal(WholeSystem.Running system) throws Exception {
        var record = run(system, system.images().script("kill -SEGV $$"), Map.of());

        expect(record, "failed", "signal");
        assertThat(record.path("signal").asText()).isEqualTo("SIGSEGV");
    }

    @Test
    void aTimeoutEvenWhenSigtermIsIgnored(WholeSystem.Running system) throws Exception {
        var record = run(
                system,
                system.images().script("trap '' TERM; echo begun; while true; do sleep 1; done"),
                Map.of("limits", Map.of("timeoutSeconds", 1)));

        expect(record, "timed_out", "timed_out");
        assertThat(record.path("result").asText()).isEqualTo("begun\n");
    }

    @Test
    void moreMemoryThanItsLimit(WholeSystem.Running system) throws Exception {
        var record = run(
                system,
                system.images().script("x=x; while true; do x=$x$x; done"),
                Map.of("limits", Map.of("memoryMb", 16)));

        expect(record, "failed", "out_of_memory");
    }

    @Test
    void anImageThatItsRegistryDoesNotHave(WholeSystem.Running system, @TempDir Path directory) throws Exception {
        try (var registry = TestRegistry.start(directory)) {
            var record = run(system, registry.reference("no/such:image"), Map.of());

            expect(record, "failed", "image_not_found");
            assertThat(record.path("detail").asText()).contains("no/such:image");
        }
    }

    @Test
    void anImageIsPulledWhenDockerDoesNotHaveIt(WholeSystem.Running system, @TempDir Path directory) throws Exception {
        try (var registry = TestRegistry.start(directory)) {
            var image = registry.push(system.images(), system.images().script("echo pulled"), "faas-test/pulled", "1");

            assertThat(run(system, image, Map.of()).path("result").asText()).isEqualTo("pulled\n");
            system.images().docker().removeImageCmd(image).exec();
        }
    }

    @Test
    void aRegistryThatDoesNotAnswer(WholeSystem.Running system) throws Exception {
        var record = run(system, "127.0.0.1:1/no/such:image", Map.of());

        expect(record, "failed", "image_pull_failed");
        assertThat(record.path("detail").asText()).contains("127.0.0.1:1/no/such:image");
    }

    @Test
    void anEntrypointThatIsNotThere(WholeSystem.Running system) throws Exception {
        var record = run(system, system.images().load(BusyboxImage.running("/no/such/program")), Map.of());

        expect(record, "failed", "start_failed");
        assertThat(record.path("detail").asText()).contains("/no/such/program");
    }

    @Test
    void aForkBombStaysWithinItsLimitAndItsTime(WholeSystem.Running system) throws Exception {
        var record = run(
                system,
                system.images().script("bomb() { bomb | bomb & }; bomb; sleep 60"),
                Map.of("limits", Map.of("pids", 32, "timeoutSeconds", 3)));

        assertThat(record.path("status").asText()).isIn("timed_out", "failed");
    }

    private static JsonNode run(WholeSystem.Running system, String image, Map<String, Object> more) throws Exception {
        var ada = system.user();
        ada.function("unhappy", image, more);
        return ada.ended(ada.submit("unhappy", ""));
    }

    private static void expect(JsonNode record, String status, String reason) {
        assertThat(record.path("status").asText()).as(record.toString()).isEqualTo(status);
        assertThat(record.path("reason").asText()).as(record.toString()).isEqualTo(reason);
    }
}
