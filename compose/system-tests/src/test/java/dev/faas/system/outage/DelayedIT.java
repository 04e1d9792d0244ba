package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.spawner.docker.TestImages;
import dev.faas.system.Client;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests delayed submits over a kill of the process that runs them when they are due. */
class DelayedIT {
    @TempDir
    Path directory;

    @Test
    void aDelayedSubmitRunsOnceAndNotBeforeItsTime_alsoWhenTheRegistryIsKilledMeanwhile() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var system = new Processes(directory, Map.of())) {
            var ada = Client.register(system.api());
            ada.function("echo", images.script("echo $1"));
            ada.run("echo", "all is well");
            var before = submit(ada, 2);
            assertThat(ada.get("/v1/activations/" + before + "/explain")
                            .expect(200)
                            .json()
                            .path("why")
                            .asText())
                    .isEqualTo("not_before");

            system.kill("registry");
            var meanwhile = submit(ada, 2);
            system.start("registry");

            assertRan(ada, before);
            assertRan(ada, meanwhile);
            assertRan(ada, submit(ada, 2));
        }
    }

    private static String submit(Client user, int seconds) throws Exception {
        return user.post("/v1/functions/echo/activations", Map.of("argument", "later", "delaySeconds", seconds))
                .expect(202)
                .json()
                .path("activationId")
                .asText();
    }

    private static void assertRan(Client user, String id) throws Exception {
        var record = user.get("/v1/activations/" + id + "?wait=60").expect(200).json();
        assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
        assertThat(record.path("result").asText()).isEqualTo("later\n");
        assertThat(record.path("attempt").asInt()).isEqualTo(1);
        assertThat(time(record, "notBefore"))
                .as(record.toString())
                .isEqualTo(time(record, "submittedAt").plusSeconds(2))
                .isBeforeOrEqualTo(time(record, "startedAt"));
    }

    private static Instant time(JsonNode record, String field) {
        return Instant.parse(record.path(field).asText());
    }
}
