package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Waiting;
import dev.faas.nats.Nats;
import dev.faas.nats.Stream;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.Pg;
import dev.faas.registry.CopyShelf.Kind;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two registries have been given the same end, and one of them is slow. */
class LateCopyTest {
    /** It takes a while to copy. */
    private static final int LENGTH = 32 << 20;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final byte[] output = new byte[LENGTH];
    private Backends backends;
    private Nats bus;
    private Pg pg;
    private ActivationEvents events;
    private CopyShelf shelf;
    private LedgerStore ledger;
    private Projection projection;
    private Story story;

    @BeforeEach
    void anEndWithMuchOutput() throws Exception {
        backends = Backends.start(directory);
        bus = backends.connect("test");
        Topology.create(bus, TopologyConfig.LOCAL);
        pg = Pg.open(vertx, backends.config().pg());
        events = new ActivationEvents(bus);
        shelf = new CopyShelf(bus.objects(Subjects.OUTPUTS));
        ledger = new LedgerStore(pg);
        projection = new Projection(events, shelf, ledger);
        new Random(7).nextBytes(output);
        var activation = Story.activation(
                Ids.user(Instant.now()), Ids.function(Instant.now()), "worked", Instant.now(), Map.of());
        story = Story.accepted(bus, activation, "")
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, output)
                .succeeded(null, LENGTH, 0);
    }

    @AfterEach
    void close() throws Exception {
        Waiting.on(pg.close());
        bus.close();
        backends.close();
        Waiting.on(vertx.close());
    }

    @Test
    void givenOutputThatLeavesTheBusSinceTheLedgerHasItWhenItIsStillBeingCopiedThenTheCopyThatIsThereStays()
            throws Exception {
        shelf.keep(story.id(), Kind.RESULT, output);
        var slow = projecting();
        ledgerHasIt();

        events.pruneOutput(story.id()).join();

        assertThatThrownBy(slow::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
        assertThat(shelf.fetch(story.id(), Kind.RESULT, Copy.APART)).hasValueSatisfying(this::isWhole);
        projection.project(List.of(end()));
        assertThat(shelf.fetch(story.id(), Kind.RESULT, Copy.APART)).hasValueSatisfying(this::isWhole);
    }

    @Test
    void givenOutputThatIsLostWhenItsEndIsNotInTheLedgerThenWhatThereIsOfItIsKept() throws Exception {
        var slow = projecting();

        events.pruneOutput(story.id()).join();

        slow.get();
        assertThat(shelf.fetch(story.id(), Kind.RESULT, Copy.APART))
                .hasValueSatisfying(kept -> assertThat(kept.length).isBetween(1, LENGTH - 1));
    }

    private Snapshot end() {
        return new Snapshot(story.record(), story.sequence());
    }

    /** Has begun to store pieces. */
    private FutureTask<Void> projecting() throws Exception {
        var stored = bus.stream("OBJ_" + Subjects.OUTPUTS);
        long before = lastSequence(stored);
        var task = new FutureTask<Void>(() -> {
            projection.project(List.of(end()));
            return null;
        });
        Thread.ofVirtual().start(task);
        Await.eventually(() -> lastSequence(stored) > before);
        return task;
    }

    private static long lastSequence(Stream stream) {
        return stream.state().join().lastSequence();
    }

    private void ledgerHasIt() throws Exception {
        Waiting.on(ledger.write(
                List.of(new LedgerEntry(story.record(), story.sequence(), Copy.NONE, Copy.APART, false, Copy.NONE))));
    }

    private void isWhole(byte[] kept) {
        assertThat(kept).isEqualTo(output);
    }
}
