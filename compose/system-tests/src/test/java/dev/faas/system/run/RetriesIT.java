package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests retries after failed attempts, as their owner sees them. */
@ExtendWith(WholeSystem.class)
class RetriesIT {
    @Test
    void givenAPolicy_whenTwoAttemptsFail_thenTheThirdSucceedsAndOthersRunMeanwhile(WholeSystem.Running system)
            throws Exception {
        var ada = Client.register(system.api());
        var name = "f-" + UUID.randomUUID().toString().substring(0, 8);
        var image = system.images().script("[ $FAAS_ATTEMPT = $1 ] && echo ok || exit 3");
        ada.function(name, image, Map.of("concurrency", 1, "retry", Map.of("maxAttempts", 3, "backoffSeconds", 2)));

        var id = ada.submit(name, "3");
        Await.until(
                "its first attempt has failed",
                Duration.ofSeconds(60),
                () -> !ada.record(id).path("nextAttemptAt").isNull());
        var waiting = ada.record(id);
        assertThat(waiting.path("status").asText()).isEqualTo("queued");
        assertThat(waiting.path("reason").asText()).isEqualTo("exit_code");
        assertThat(Duration.between(
                        Instant.now(),
                        Instant.parse(waiting.path("nextAttemptAt").asText())))
                .isLessThan(Duration.ofSeconds(3));
        // Its concurrency is one, but the pending retry does not count.
        var other = ada.ended(ada.submit(name, "1"));
        assertThat(other.path("status").asText()).isEqualTo("succeeded");

        var record = ada.ended(id);

        assertThat(record.path("status").asText()).isEqualTo("succeeded");
        assertThat(record.path("attempt").asInt()).isEqualTo(3);
        assertThat(record.path("result").asText()).isEqualTo("ok\n");
        var earlier = record.path("attempts");
        assertThat(earlier.findValuesAsText("attempt")).containsExactly("1", "2");
        assertThat(earlier.findValuesAsText("reason")).containsOnly("exit_code");
        assertThat(earlier.findValuesAsText("exitCode")).containsOnly("3");
        // Without the two seconds of its back-off.
        assertThat(record.path("phases").path("queueMs").asLong()).isLessThan(2000);
        var list = "/v1/activations?status=succeeded&limit=100&function=" + name;
        Await.until(
                "the ledger has them",
                () -> ada.get(list).json().findValues("attempts").contains(earlier));
    }

    @Test
    void givenAFailureThatThePolicyDoesNotName_whenItFails_thenThatIsItsEnd(WholeSystem.Running system)
            throws Exception {
        var ada = Client.register(system.api());
        ada.function(
                "once",
                system.images().script("exit 3"),
                Map.of("retry", Map.of("maxAttempts", 3, "backoffSeconds", 0, "on", List.of("timed_out"))));

        var record = ada.ended(ada.submit("once", ""));

        assertThat(record.path("status").asText()).isEqualTo("failed");
        assertThat(record.path("attempt").asInt()).isEqualTo(1);
    }
}
