package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.testing.Pause;
import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests a registry that only serves, and a dispatcher that is a process of its own. */
class RolesIT extends PlatformOfProcesses {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration CATCHUP_WINDOW = Duration.ofSeconds(10);

    RolesIT() {
        super("exit 1", Map.of("FAAS_ROLES", "registry", "FAAS_OUTGOING_ALLOW", "127.0.0.1"));
    }

    @Test
    void givenNoDispatcher_whenATimeComes_thenTheRestWorks_andTheTimeIsMissedOnceOneRuns() throws Exception {
        try (var receiver = new WebhookReceiver()) {
            faas("destination", "create", "log", "--url", receiver.url(), "--events", "schedule.missed");
            platform.kill("dispatcher");
            client.shell("faas schedule create often --function report --cron '@every 2s' --catchup-window 10s")
                    .orThrow();

            assertThat(client.run("invoke", "report", "x").exit()).isEqualTo(1);
            Pause.of(CATCHUP_WINDOW.plusSeconds(4));
            assertThat(ticks()).isEmpty();

            platform.start("dispatcher");
            var event = receiver.await("schedule.missed");
            assertThat(event.at("/data/name").asText()).isEqualTo("often");
            assertThat(event.at("/data/reason").asText()).isEqualTo("late");
            Await.until("later times run", LIMIT, () -> ticks().contains("fired"));
            faas("schedule", "delete", "often");
        }
    }

    @Test
    void givenAScheduleThatPausesOnFailure_whenItsActivationFails_thenTheReceiverIsTold() throws Exception {
        try (var receiver = new WebhookReceiver()) {
            faas("destination", "create", "log", "--url", receiver.url(), "--events", "schedule.paused");
            faas("schedule", "create", "nightly", "--function", "report", "--cron", "@yearly", "--pause-on-failure");

            var activation = faas("schedule", "trigger", "nightly").strip();

            var event = receiver.await("schedule.paused");
            assertThat(event.at("/data/name").asText()).isEqualTo("nightly");
            assertThat(event.at("/data/activationId").asText()).isEqualTo(activation);
        }
    }

    private List<String> ticks() throws Exception {
        return Codec.readTree(faas("schedule", "ticks", "often", "-o", "json").getBytes(StandardCharsets.UTF_8))
                .findValuesAsText("outcome");
    }

    private String faas(String... words) throws Exception {
        return client.run(words).orThrow();
    }
}
