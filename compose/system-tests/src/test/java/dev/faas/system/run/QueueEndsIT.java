package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.WholeSystem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests queued activations that end without a spawner: their function is deleted, or they expire. */
@ExtendWith(WholeSystem.class)
class QueueEndsIT {
    private static final int NO_CONTENT = 204;

    @Test
    void aDeletedFunctionsWorkIsStoppedQueuedAndRunning(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("slow", system.images().script("sleep 100"), Map.of("concurrency", 1));
        var running = ada.submit("slow", "");
        ada.awaitStatus(running, "running");
        var queued = List.of(ada.submit("slow", ""), ada.submit("slow", ""));

        assertThat(ada.delete("/v1/functions/slow").status()).isEqualTo(NO_CONTENT);

        for (var id : queued) {
            isCancelled(ada.ended(id), 0);
        }
        isCancelled(ada.ended(running), 1);
        assertThat(ada.post("/v1/functions/slow/activations", Map.of("argument", ""))
                        .status())
                .isEqualTo(404);
    }

    private static void isCancelled(JsonNode record, int attempt) {
        assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("cancelled");
        assertThat(record.path("reason").asText()).isEqualTo("function_deleted");
        assertThat(record.path("attempt").asInt()).isEqualTo(attempt);
    }

    @Test
    void whatWaitsTooLongBehindALongRunExpires(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function(
                "busy",
                system.images().script("sleep 100"),
                Map.of("concurrency", 1, "queue", Map.of("ttlSeconds", 1)));
        var running = ada.submit("busy", "");
        ada.awaitStatus(running, "running");

        var expired = ada.ended(ada.submit("busy", ""));

        assertThat(expired.path("status").asText()).isEqualTo("expired");
        assertThat(expired.path("reason").asText()).isEqualTo("queue_ttl");
        assertThat(ada.record(running).path("status").asText()).isEqualTo("running");
        ada.delete("/v1/functions/busy");
        ada.ended(running);
    }
}
