package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Waiting;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.Pg;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One user's many do not make another's one wait for many rounds. */
class ManyRepairsTest {
    private static final int MANY = 1_100;
    private static final Duration PATIENCE = Duration.ofMillis(50);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Backends backends;
    private Nats bus;
    private Pg pg;
    private ActivationEvents events;
    private CommandQueue queue;
    private Leftovers leftovers;
    private ActivationCommand last;

    @BeforeEach
    void manyAcceptedWithoutACommand() throws Exception {
        backends = Backends.start(directory);
        bus = backends.connect("test");
        Topology.create(bus, TopologyConfig.LOCAL);
        pg = Pg.open(vertx, backends.config().pg());
        events = new ActivationEvents(bus);
        queue = new CommandQueue(bus);
        var ledger = new LedgerStore(pg);
        var projection = new Projection(events, new CopyShelf(bus.objects(Subjects.OUTPUTS)), ledger);
        leftovers = new Leftovers(
                events, projection, ledger, bus.stream(Subjects.EVENTS).consumers(), InstantSource.system());
        var owner = Ids.user(Instant.now());
        var function = Ids.function(Instant.now());
        var all = Stream.generate(() -> accepted(owner, function)).limit(MANY).toList();
        var other = accepted(Ids.user(Instant.now()), Ids.function(Instant.now()));
        last = ActivationCommand.of(other.activation);
        projection.project(Stream.concat(all.stream(), Stream.of(other))
                .map(each -> new Snapshot(each.record(), each.sequence()))
                .toList());
    }

    @AfterEach
    void close() throws Exception {
        Waiting.on(pg.close());
        bus.close();
        backends.close();
        Waiting.on(vertx.close());
    }

    @Test
    void givenManyWithoutACommandWhenTheReconcilerComesByThenTheLastOneHasItsCommandSoon() throws Exception {
        var clock = InstantSource.system();
        var requeue = new Requeue(new RepairStore(pg), events, queue, leftovers, clock, Duration.ZERO);

        requeue.round();
        requeue.round();

        assertThat(queue.holds(last).join()).isTrue();
        assertThat(backends.number("select count(*) from activation where enqueued"))
                .isEqualTo(MANY + 1);
    }

    @Test
    void givenManyWhoseCommandsAreGoneWhenTheReconcilerComesByThenTheLastOneHasAnotherSoon() throws Exception {
        backends.run("update activation set enqueued = true, changed_at = now() - interval '1 minute'");
        var clock = InstantSource.system();
        var stalled = new StalledCommands(new RepairStore(pg), events, queue, leftovers, clock, PATIENCE);

        for (int round = 0; round < 6; round++) {
            stalled.round();
            Thread.sleep(PATIENCE.plusMillis(10));
        }

        assertThat(queue.holds(last).join()).isTrue();
    }

    private Story accepted(String owner, String function) {
        return Story.accepted(bus, Story.activation(owner, function, "worked", Instant.now(), Map.of()), "");
    }
}
