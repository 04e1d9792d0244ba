package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.CommandQueue;
import dev.faas.nats.Nats;
import dev.faas.spawner.docker.TestImages;
import dev.faas.system.Client;
import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests kills and freezes of gateway and registry between the accepted event and the queued command. */
class AcceptedNotQueuedIT {
    private static final Duration PROMISED = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    /** The worst case: the registry has received the accepted event, but has not stored it. */
    @Test
    void afterBothWereKilledItStartsWithinHalfAMinuteOfTheRegistrysReturn() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var system = new Processes(directory, Map.of());
                var bus = system.bus()) {
            var ada = Client.register(system.api());
            ada.function("echo", images.script("echo $1"));
            ada.run("echo", "all is well");
            system.closeQueues();
            system.postgres().kill();
            var id = ada.submit("echo", "kept");
            Await.until("the projector has taken it", LIMIT, () -> unprojected(bus) > 0);

            system.kill("gateway");
            system.kill("registry");
            system.postgres().restart();
            system.start("registry");
            var back = Instant.now();
            system.start("gateway");

            var record = ada.ended(id);
            assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
            assertThat(record.path("result").asText()).isEqualTo("kept\n");
            assertThat(record.path("attempt").asInt()).isEqualTo(1);
            assertThat(Instant.parse(record.path("startedAt").asText()))
                    .as(record.toString())
                    .isBefore(back.plus(PROMISED));
        }
    }

    private static int unprojected(Nats bus) throws Exception {
        return bus.stream(Subjects.EVENTS)
                .consumers()
                .state(Subjects.PROJECTOR)
                .get(10, TimeUnit.SECONDS)
                .orElseThrow()
                .unacked();
    }

    /** Ended activations stay in the event stream for a second here, by default for a quarter of an hour. */
    @Test
    void aGatewayThatWasFrozenUntilAllOfItHadLeftTheBusMakesNothingRunTwice() throws Exception {
        var soon = Map.of("FAAS_EVENTS_RETENTION", "10s", "FAAS_PRUNE_PAUSE", "200ms");
        try (var images = new TestImages(TestImages.dockerHost());
                var system = new Processes(directory, soon);
                var bus = system.bus()) {
            var events = new ActivationEvents(bus);
            var queue = new CommandQueue(bus);
            var ada = Client.register(system.api());
            ada.function("echo", images.script("echo $1"));
            system.closeQueues();
            var id = ada.submit("echo", "once");
            var command = ActivationCommand.of(events.lastFromLeader(id)
                    .get(10, TimeUnit.SECONDS)
                    .orElseThrow()
                    .record()
                    .activation());
            system.signal("gateway", "STOP");
            system.openQueues();
            Await.until(
                    "it has run and was pruned from the event stream",
                    LIMIT,
                    () -> events.lastFromLeader(id).get(10, TimeUnit.SECONDS).isEmpty());
            var states = bus.stream(Subjects.EVENTS)
                    .state()
                    .get(10, TimeUnit.SECONDS)
                    .lastSequence();
            var late = new CompletableFuture<Void>();
            try (Nats.Subscription _ =
                    bus.subscribe(Subjects.ALL_WORK_NOTIFICATIONS, notification -> late.complete(null))) {
                bus.flush().get(10, TimeUnit.SECONDS);

                system.signal("gateway", "CONT");

                late.get(60, TimeUnit.SECONDS);
            }
            Await.until(
                    "the late command is dropped",
                    LIMIT,
                    () -> !queue.contains(command).get(10, TimeUnit.SECONDS));
            var record = ada.record(id);
            assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
            assertThat(record.path("result").asText()).isEqualTo("once\n");
            assertThat(record.path("attempt").asInt()).isEqualTo(1);
            assertThat(bus.stream(Subjects.EVENTS)
                            .state()
                            .get(10, TimeUnit.SECONDS)
                            .lastSequence())
                    .as("no second claim")
                    .isEqualTo(states);
        }
    }
}
