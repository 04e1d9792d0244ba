package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.Worker;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.FakeEngine;
import dev.faas.spawner.engine.OwnContainer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class ReaperTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant LONG_AGO = NOW.minus(Duration.ofHours(1));

    private final FakeEngine engine = new FakeEngine("me", "5");
    private final Reaper reaper = new Reaper(
            engine, new Worker("me", "5"), worker -> worker.spawner().equals("dead"), InstantSource.fixed(NOW));

    private void left(String id, String spawner, String incarnation, boolean held, Instant createdAt) {
        engine.leftBehind(new OwnContainer(id, spawner, incarnation, "fn@1", held, createdAt));
    }

    @Test
    void givenContainersOfLivingAndDeadSpawners_whenReaped_thenOnlyOrphansAreRemoved() throws Exception {
        left("of-the-dead", "dead", "1", false, NOW);
        left("of-the-living", "alive", "1", false, LONG_AGO);
        left("of-my-former-self", "me", "4", false, NOW);
        left("of-my-successor", "me", "6", false, LONG_AGO);
        left("mine-and-running", "me", "5", true, LONG_AGO);
        left("mine-and-new", "me", "5", false, NOW);
        left("mine-and-forgotten", "me", "5", false, LONG_AGO);

        reaper.reap();

        assertThat(engine.listContainers())
                .extracting(OwnContainer::id)
                .containsExactlyInAnyOrder("of-the-living", "of-my-successor", "mine-and-running", "mine-and-new");
    }

    @Test
    void givenContainersThatCannotBeRemoved_whenReaped_thenAllOthersAreRemovedAndTheFaultIsThrown() throws Exception {
        for (int i = 0; i < 10; i++) {
            left("stuck-" + i, "dead", "1", false, NOW);
            engine.immovable("stuck-" + i);
            left("loose-" + i, "dead", "1", false, NOW);
        }

        assertThatThrownBy(reaper::reap)
                .hasCauseInstanceOf(EngineFault.class)
                .hasMessageContaining("10 containers could not be removed")
                .hasMessageContaining("stuck-");

        assertThat(engine.listContainers())
                .extracting(OwnContainer::id)
                .hasSize(10)
                .allMatch(id -> id.startsWith("stuck-"));
    }

    @Test
    void givenContainersOfOthers_whenOnlyOurOwnAreRemoved_thenTheyStay() throws Exception {
        left("of-the-dead", "dead", "1", false, NOW);
        left("mine", "me", "5", false, NOW);

        reaper.removeOwn();

        assertThat(engine.listContainers()).extracting(OwnContainer::id).containsExactly("of-the-dead");
    }
}
