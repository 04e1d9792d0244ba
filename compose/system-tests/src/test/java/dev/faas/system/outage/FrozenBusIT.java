package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Services;
import dev.faas.system.User;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
            var ada = User.register(system.api());
            ada.function("pay", "registry.example/pay:1");
            var known = ada.submit("pay", "before");

            var answers = sabotage.withBusFrozen(() -> List.of(
                    ada.post(SUBMIT, ONCE),
                    ada.post(SUBMIT, ONCE, "order-1"),
                    ada.get("/v1/activations/" + known),
                    ada.delete("/v1/activations/" + known)));

            var unknown = answers.getFirst();
            assertProblem(unknown, "outcome_unknown");
            assertThat(User.json(unknown).path("activationId").asText()).hasSize(26);
            for (var answer : answers.subList(1, answers.size())) {
                assertProblem(answer, "unavailable");
                assertThat(User.json(answer).path("dependency").asText()).isEqualTo("nats");
                assertThat(User.json(answer).has("activationId")).isFalse();
            }
            var id = accepted(ada);
            assertThat(accepted(ada)).isEqualTo(id);
            assertThat(ada.record(id).path("status").asText()).isEqualTo("queued");
            assertThat(ada.record(known).path("status").asText()).isEqualTo("queued");
        }
    }

    private static void assertProblem(HttpResponse<byte[]> answer, String code) {
        assertThat(answer.statusCode()).as(User.text(answer)).isEqualTo(503);
        assertThat(User.json(answer).path("code").asText()).isEqualTo(code);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    /** As soon as NATS answers again. */
    private static String accepted(User user) throws Exception {
        var until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        var answer = user.post(SUBMIT, ONCE, "order-1");
        while (answer.statusCode() == 503 && System.nanoTime() < until) {
            answer = user.post(SUBMIT, ONCE, "order-1");
        }
        assertThat(answer.statusCode()).as(User.text(answer)).isEqualTo(202);
        return User.json(answer).path("activationId").asText();
    }
}
