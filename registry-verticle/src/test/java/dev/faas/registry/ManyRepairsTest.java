package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import dev.faas.activation.ActivationCommand;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Snapshot;
import dev.faas.registry.maintenance.LostActivationCloser;
import dev.faas.registry.maintenance.MissingCommandEnqueuer;
import dev.faas.registry.maintenance.RepairStore;
import dev.faas.registry.maintenance.StalledCommandRescuer;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One user's many do not make another's one wait for many rounds. */
class ManyRepairsTest {
    private static final int MANY = 1_100;
    private static final Duration PATIENCE = Duration.ofMillis(50);

    @TempDir
    Path directory;

    @AutoClose
    private LedgerParts parts;

    private CommandQueue queue;
    private LostActivationCloser leftovers;
    private ActivationCommand last;

    @BeforeEach
    void manyAcceptedWithoutACommand() throws Exception {
        parts = new LedgerParts(directory);
        queue = new CommandQueue(parts.bus);
        leftovers = new LostActivationCloser(
                parts.events,
                parts.projection,
                parts.ledger,
                parts.bus.stream(Subjects.EVENTS).consumers(),
                InstantSource.system());
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
    void givenManyWithoutACommandWhenTheReconcilerComesByThenTheLastOneHasItsCommandSoon() throws Exception {
        var clock = InstantSource.system();
        var requeue = new MissingCommandEnqueuer(
                new RepairStore(parts.pg), parts.events, queue, leftovers, clock, Duration.ZERO);

        requeue.round();
        requeue.round();

        assertThat(queue.contains(last).join()).isTrue();
        assertThat(parts.backends.number("select count(*) from activation where enqueued"))
                .isEqualTo(MANY + 1);
    }

    @Test
    void givenManyWhoseCommandsAreGoneWhenTheReconcilerComesByThenTheLastOneHasAnotherSoon() throws Exception {
        parts.backends.run("update activation set enqueued = true, changed_at = now() - interval '1 minute'");
        var passed = new AtomicReference<>(Duration.ZERO);
        InstantSource clock = () -> Instant.now().plus(passed.get());
        var stalled =
                new StalledCommandRescuer(new RepairStore(parts.pg), parts.events, queue, leftovers, clock, PATIENCE);

        for (int round = 0; round < 6; round++) {
            stalled.round();
            passed.updateAndGet(so -> so.plus(PATIENCE).plusMillis(1));
        }

        assertThat(queue.contains(last).join()).isTrue();
    }

    private Story accepted(String owner, String function) {
        return Story.accepted(parts.bus, Story.activation(owner, function, "worked", Instant.now(), Map.of()), "");
    }
}
