package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.CommandLocation;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Delivery;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.pg.Pg;
import dev.faas.registry.ledger.LedgerStore;
import dev.faas.registry.ledger.PayloadArchive;
import dev.faas.registry.ledger.Projection;
import dev.faas.registry.maintenance.LostActivationCloser;
import dev.faas.registry.maintenance.RepairContext;
import dev.faas.registry.maintenance.RepairStore;
import dev.faas.registry.maintenance.StalledCommandRescuer;
import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The test runs the repair itself, and moves its clock. */
class StalledCommandRescuerTest extends RegistryFixture {
    private static final Duration STALLED_AFTER = Duration.ofMinutes(1);

    private Duration passed = Duration.ZERO;

    private Pg pg;
    private StalledCommandRescuer repair;
    private Story story;
    private ActivationCommand command;

    @BeforeEach
    void accepted() throws Exception {
        pg = Pg.open(registry.vertx, registry.backends.config().connections().pg());
        var ledger = new LedgerStore(pg);
        var projection = new Projection(
                events, new PayloadArchive(registry.bus.objectBucket(Subjects.OUTPUTS)), ledger, states -> {});
        InstantSource clock = () -> Instant.now().plus(passed);
        var closer = new LostActivationCloser(
                events, projection, ledger, registry.bus.stream(Subjects.EVENTS).consumers(), clock);
        repair = new StalledCommandRescuer(
                new RepairContext(new RepairStore(pg), events, queue, closer, clock), STALLED_AFTER);
        var functionId = createWithQueue("worked");
        story = Story.accepted(
                registry.bus, Story.activation(owner, functionId, "worked", Instant.now(), Map.of()), "argument");
        command = ActivationCommand.of(story.activation);
        Await.eventually(() -> queue.contains(command).join());
    }

    @AfterEach
    void close() throws Exception {
        Blocking.await(pg.close());
    }

    @Test
    void givenACommandThatIsKeptAliveButNotClaimedWhenRepairedThenAnotherSpawnerGetsANewOne() throws Exception {
        try (var puller = queue.openPuller(late -> {})) {
            var first = taken(puller);

            rounds(3, () -> first.keepAlive().join());

            var again = taken(puller);
            assertThat(again.subject()).isEqualTo(first.subject());
            assertThat(again.sequence()).isGreaterThan(first.sequence());
            again.ack().join();
            assertThat(queue.locate(command).join()).isEqualTo(new CommandLocation.NotQueued());
        }
    }

    @Test
    void givenACommandThatIsGoneWhenItsActivationIsStillQueuedThenItGetsANewOne() throws Exception {
        queue.remove(command).join();

        rounds(3, () -> {});

        assertThat(queue.locate(command).join()).isEqualTo(new CommandLocation.Waiting());
    }

    @Test
    void givenAnUndeliveredCommandWhenItWaitsForLongThenItKeepsItsPlace() throws Exception {
        var place = sequence();

        rounds(3, () -> {});

        assertThat(sequence()).isEqualTo(place);
    }

    @Test
    void givenACommandThatRunsWhenItRunsForLongThenItIsLeftAlone() throws Exception {
        try (var puller = queue.openPuller(late -> {})) {
            var taken = taken(puller);
            var place = sequence();
            story.claimed("run-1");

            rounds(3, () -> taken.keepAlive().join());

            assertThat(sequence()).isEqualTo(place);
            taken.ack().join();
        }
    }

    private interface Meanwhile {
        void happens();
    }

    private void rounds(int count, Meanwhile meanwhile) throws Exception {
        for (int i = 0; i < count; i++) {
            letTimePass();
            meanwhile.happens();
            repair.runOnce();
        }
    }

    private void letTimePass() throws Exception {
        passed = passed.plus(STALLED_AFTER).plusMillis(1);
        registry.backends.run("update activation set changed_at = now() - interval '2 minutes'");
    }

    private Delivery taken(CommandQueue.Puller puller) {
        var pulled = puller.pull(command.functionId(), Duration.ofSeconds(5)).join();
        return ((PullResult.Message) pulled).delivery();
    }

    private long sequence() {
        var subject = Subjects.command(command.owner(), command.functionId(), command.id());
        return registry.bus.stream(Subjects.ACTIVATIONS)
                .lastFromLeader(subject)
                .join()
                .orElseThrow()
                .sequence();
    }
}
