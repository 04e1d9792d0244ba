package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.Client.Reply;
import dev.faas.system.Services;
import dev.faas.testing.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a NATS that accepts connections but does not answer, like a network that loses all packets. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FrozenBusIT {
    private static final String SUBMIT = "/v1/functions/pay/activations";
    private static final Map<String, String> ONCE = Map.of("argument", "once");

    @TempDir
    Path directory;

    @Test
    void aSubmitIsToldThatItsOutcomeIsUnknownAndWithAKeyThatNothingHasHappened_andARepeatIsSafe() throws Exception {
        try (var system = new Services(directory, Map.of());
                var sabotage = system.createFaultInjector()) {
            var ada = Client.register(system.api());
            ada.function("pay", "registry.example/pay:1");
            var known = ada.submit("pay", "before");

            var answers = sabotage.withBusFrozen(() -> List.of(
                    ada.post(SUBMIT, ONCE),
                    ada.post(SUBMIT, ONCE, "Idempotency-Key", "order-1"),
                    ada.get("/v1/activations/" + known),
                    ada.delete("/v1/activations/" + known)));

            var unknown = answers.getFirst();
            unknown.expect(503);
            assertThat(unknown.code()).isEqualTo("outcome_unknown");
            assertThat(unknown.header("Retry-After")).isNotEmpty();
            assertThat(unknown.json().path("activationId").asText()).hasSize(26);
            for (var answer : answers.subList(1, answers.size())) {
                answer.expectUnavailable("nats");
                assertThat(answer.json().has("activationId")).isFalse();
            }
            var id = accepted(ada);
            assertThat(accepted(ada)).isEqualTo(id);
            assertThat(ada.record(id).path("status").asText()).isEqualTo("queued");
            assertThat(ada.record(known).path("status").asText()).isEqualTo("queued");
        }
    }

    /** As soon as NATS answers again. */
    private static String accepted(Client user) throws Exception {
        var answer = new AtomicReference<Reply>();
        Await.until("an answer to the repeat", () -> {
            answer.set(user.post(SUBMIT, ONCE, "Idempotency-Key", "order-1"));
            return answer.get().status() != 503;
        });
        return answer.get().expect(202).json().path("activationId").asText();
    }
}
