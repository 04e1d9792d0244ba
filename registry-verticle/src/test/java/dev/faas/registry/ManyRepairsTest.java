package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Snapshot;
import dev.faas.registry.maintenance.LostActivationCloser;
import dev.faas.registry.maintenance.MissingCommandEnqueuer;
import dev.faas.registry.maintenance.RepairContext;
import dev.faas.registry.maintenance.RepairStore;
import dev.faas.registry.maintenance.StalledCommandRescuer;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many activations of one user do not delay the repair of another user's activation for many rounds. */
class ManyRepairsTest extends LedgerFixture {
    private static final int MANY = 1_100;
    private static final Duration STALLED_AFTER = Duration.ofMillis(50);

    private CommandQueue queue;
    private RepairContext context;
    private Duration passed = Duration.ZERO;
    private ActivationCommand last;

    @BeforeEach
    void manyAcceptedWithoutACommand() throws Exception {
        queue = new CommandQueue(parts.bus);
        var closer = new LostActivationCloser(
                parts.events,
                parts.projection,
                parts.ledger,
                parts.bus.stream(Subjects.EVENTS).consumers(),
                InstantSource.system());
        context = new RepairContext(
                new RepairStore(parts.pg),
                parts.events,
                queue,
                closer,
                () -> Instant.now().plus(passed));
        var owner = Ids.user(Instant.now());
        var function = Ids.function(Instant.now());
        var all = Stream.generate(() -> accepted(owner, function)).limit(MANY).toList();
        var other = accepted(Ids.user(Instant.now()), Ids.function(Instant.now()));
        last = ActivationCommand.of(other.activation);
        parts.projection.project(Stream.concat(all.stream(), Stream.of(other))
                .map(each -> new Snapshot(each.record(), each.sequence()))
                .toList());
    }

    @Test
    void givenManyWithoutACommandWhenReconciledThenTheLastOneHasItsCommandAfterTwoRounds() throws Exception {
        var repair = new MissingCommandEnqueuer(context, Duration.ZERO);

        repair.runOnce();
        repair.runOnce();

        assertThat(queue.contains(last).join()).isTrue();
        assertThat(parts.backends.number("select count(*) from activation_enqueued"))
                .isEqualTo(MANY + 1);
    }

    @Test
    void givenManyWhoseCommandsAreGoneWhenReconciledThenTheLastOneHasAnotherAfterSixRounds() throws Exception {
        parts.backends.run("update activation set changed_at = now() - interval '1 minute'");
        var repair = new StalledCommandRescuer(context, STALLED_AFTER);

        for (int round = 0; round < 6; round++) {
            repair.runOnce();
            passed = passed.plus(STALLED_AFTER).plusMillis(1);
        }

        assertThat(queue.contains(last).join()).isTrue();
    }

    private Story accepted(String owner, String function) {
        return Story.accepted(parts.bus, Story.activation(owner, function, "worked", Instant.now(), Map.of()), "");
    }
}
