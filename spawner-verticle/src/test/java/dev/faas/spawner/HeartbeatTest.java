package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import dev.faas.spawner.engine.Budget;
import dev.faas.spawner.engine.FakeEngine;
import dev.faas.spawner.schedule.Slots;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests processes with the same spawner id, in sequence and at the same time. */
final class HeartbeatTest {
    @AutoClose
    private Platform platform;

    @AutoClose
    private Spawners spawners;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        spawners = new Spawners(platform.nats);
    }

    private Heartbeat of(String incarnation) {
        var share = new HostShare("node", FakeEngine.newHost(), List::of, System::nanoTime);
        return new Heartbeat(
                spawners,
                new Worker("node", incarnation),
                new Slots(4, owner -> 4),
                share,
                new Budget(share::usable),
                new Budget(share::usable));
    }

    /** The incarnation of the stored heartbeat. */
    private Optional<String> incarnation() throws Exception {
        return Optional.ofNullable(Platform.get(spawners.lastHeartbeat("node")).heartbeat())
                .map(SpawnerHeartbeat::incarnation);
    }

    @Test
    void givenASuccessor_whenTheFormerPublishesAndSignsOff_thenTheSuccessorsHeartbeatStays() throws Exception {
        var former = of("1");
        former.publish();
        var successor = of("2");
        successor.publish();

        former.publish();
        assertThat(incarnation()).contains("2");
        assertThat(former.detectReplacement()).isTrue();
        former.signOff();

        assertThat(incarnation()).contains("2");
        assertThat(successor.detectReplacement()).isFalse();
    }

    @Test
    void givenAnUnnoticedSuccessor_whenTheFormerSignsOff_thenTheSuccessorsHeartbeatStays() throws Exception {
        var former = of("1");
        former.publish();
        of("2").publish();

        former.signOff();

        assertThat(incarnation()).contains("2");
    }

    @Test
    void givenALostAcknowledgement_whenTheHeartbeatIsRepeated_thenItIsNotTakenForASuccessors() throws Exception {
        var heartbeat = of("1");
        heartbeat.publish();
        platform.publishHeartbeat("node", "1");

        heartbeat.publish();
        assertThat(heartbeat.detectReplacement()).isFalse();
        platform.publishHeartbeat("node", "1");
        heartbeat.signOff();

        assertThat(incarnation()).isEmpty();
    }
}
