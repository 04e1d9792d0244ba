package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import dev.faas.testing.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that a full queue rejects submits, and that explain says why an activation waits. */
@ExtendWith(WholeSystem.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class QueuesIT {
    private static final String SUBMIT = "/v1/functions/narrow/activations";
    private static final Map<String, Object> NARROW =
            Map.of("concurrency", 1, "queue", Map.of("maxPending", 2, "ttlSeconds", 600));

    @Test
    void aFullQueueRefusesWithATimeToComeAgain_andEverythingThatWasAcceptedRuns(WholeSystem.Running system)
            throws Exception {
        var ada = system.user();
        ada.function("narrow", system.images().script("sleep 1; echo $1"), NARROW);
        var accepted = new ArrayList<String>();
        var answer = ada.post(SUBMIT, Map.of("argument", "0"));
        for (int i = 1; i < 20 && answer.status() == 202; i++) {
            accepted.add(answer.json().path("activationId").asText());
            answer = ada.post(SUBMIT, Map.of("argument", Integer.toString(i)));
        }

        answer.expect(429);
        assertThat(answer.json().path("code").asText()).isEqualTo("queue_full");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
        assertThat(accepted).hasSizeBetween(2, 5);
        for (int i = 0; i < accepted.size(); i++) {
            assertThat(ada.ended(accepted.get(i)).path("result").asText()).isEqualTo(i + "\n");
        }
        assertThat(ada.ended(ada.submit("narrow", "again")).path("result").asText())
                .isEqualTo("again\n");
    }

    @Test
    void whatWaitsBehindItsFunctionsConcurrencyIsToldSo(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("one", system.images().script("sleep $1"), Map.of("concurrency", 1));
        var running = ada.submit("one", "60");
        ada.awaitStatus(running, "running");
        var second = ada.submit("one", "0");
        var third = ada.submit("one", "0");

        var explained = explained(ada, third, "function_at_limit");

        assertThat(explained.path("function").path("limit").asInt()).isEqualTo(1);
        assertThat(explained.path("platform").path("spawners").asInt()).isEqualTo(1);
        assertThat(explained.path("platform").path("slots").asInt()).isEqualTo(6);
        assertThat(explained.path("queuedBefore").asInt()).isEqualTo(1);
        assertThat(explained(ada, second, "function_at_limit")
                        .path("queuedBefore")
                        .asInt())
                .isZero();
        assertThat(explained(ada, running, "running").path("queuedBefore").isNull())
                .isTrue();
        ada.delete("/v1/activations/" + second);
        explained(ada, second, "ended");
        ada.delete("/v1/activations/" + third);
        ada.delete("/v1/activations/" + running);
    }

    @Test
    void aPausedFunctionBeginsNothing_andLosesNothing(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("halted", system.images().script("sleep 0.2; echo $1"), Map.of("concurrency", 2));
        var all = new ArrayList<String>();
        for (int i = 0; i < 30; i++) {
            all.add(ada.submit("halted", Integer.toString(i)));
        }
        ada.awaitStatus(all.get(2), "succeeded");

        ada.post("/v1/functions/halted/pause", Map.of("note", "a test")).expect(200);

        Pause.of(Duration.ofSeconds(1));
        var begun = notQueued(ada);
        Pause.of(Duration.ofSeconds(2)); // that nothing begins can only be waited for
        assertThat(notQueued(ada)).isEqualTo(begun).isLessThan(30);
        explained(ada, all.getLast(), "function_paused");
        ada.post("/v1/functions/halted/resume", null).expect(200);
        for (int i = 0; i < all.size(); i++) {
            assertThat(ada.ended(all.get(i)).path("result").asText()).isEqualTo(i + "\n");
        }
    }

    private static long notQueued(Client user) throws Exception {
        var listed =
                user.get("/v1/activations?function=halted&limit=100").json().path("items");
        return listed.valueStream()
                .filter(each -> !each.path("status").asText().equals("queued"))
                .count();
    }

    /** Waits up to 30 s for this explanation, because its figures may be some seconds old. */
    private static JsonNode explained(Client user, String id, String why) {
        var explained = new AtomicReference<JsonNode>();
        Await.until(id + " is explained as " + why, () -> {
            explained.set(user.get("/v1/activations/" + id + "/explain").json());
            return explained.get().path("why").asText().equals(why);
        });
        return explained.get();
    }
}
