package dev.faas.system.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StuckRunsTest {
    private static final Worker SPAWNER = new Worker("spawner", "1");

    @Test
    void onlyAnActivationWhoseSpawnerDoesNotHaveItsRunIsStuck(@TempDir Path directory) throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(NatsConfig.local(server.url()), "test")) {
            Topology.create(nats, TopologyConfig.LOCAL);
            var present = running(nats, "present");
            var missing = running(nats, "missing");
            try (var spawners = new Spawners(nats);
                    var _ = spawners.answerMissingRuns(SPAWNER, "present"::equals);
                    var stuck = StuckRuns.watch(
                            NatsConfig.local(server.url()), () -> List.of(present, missing), Duration.ofSeconds(1))) {
                Await.eventually(() -> !stuck.problems().isEmpty());

                assertThat(stuck.problems())
                        .singleElement()
                        .asString()
                        .startsWith(missing + " is running without a run on ");
            }
        }
    }

    private static String running(Nats nats, String runId) {
        var events = new ActivationEvents(nats);
        var spec = FunctionSpec.of("f", "image");
        var now = Instant.now();
        var activation = new Activation(
                Ids.activation(now),
                Ids.user(now),
                new FunctionKey(Ids.function(now), "f", 1),
                spec.image(),
                spec.delivery(),
                spec.limits().timeoutSeconds(),
                spec.retry(),
                now,
                now.plusSeconds(600),
                Map.of(),
                null,
                null);
        var accepted = ActivationRecord.accept(activation, new RunSpec(spec, ""));
        var stored = (AppendResult.Stored) events.accept(accepted).join();
        var unused = events.append(
                        accepted.claim(SPAWNER, runId, now), stored.snapshot().sequence())
                .join();
        return activation.id();
    }
}
