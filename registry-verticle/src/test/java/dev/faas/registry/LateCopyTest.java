package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Stream;
import dev.faas.registry.ledger.LedgerEntry;
import dev.faas.registry.ledger.PayloadArchive.Kind;
import dev.faas.registry.ledger.PayloadCopy;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two registries copy the output of the same end, and one of them is slow. */
class LateCopyTest extends LedgerFixture {
    /** Large enough that the copy takes a while. */
    private static final int LENGTH = 32 << 20;

    private final byte[] output = new byte[LENGTH];

    private Story story;

    @BeforeEach
    void anEndWithMuchOutput() throws Exception {
        new Random(7).nextBytes(output);
        var activation = Story.activation(
                Ids.user(Instant.now()), Ids.function(Instant.now()), "worked", Instant.now(), Map.of());
        story = Story.accepted(parts.bus, activation, "")
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, output)
                .succeeded(null, LENGTH, 0);
    }

    @Test
    void givenOutputPrunedDuringASecondCopyWhenTheLedgerHasTheEndThenTheFirstCopyStays() throws Exception {
        parts.archive.store(story.id(), Kind.RESULT, output);
        var slow = projecting();
        ledgerHasIt();

        parts.events.pruneOutput(story.id()).join();

        assertThatThrownBy(slow::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
        assertThat(parts.archive.fetch(story.id(), Kind.RESULT, PayloadCopy.IN_OBJECT_STORE))
                .hasValueSatisfying(this::isWhole);
        parts.projection.project(List.of(end()));
        assertThat(parts.archive.fetch(story.id(), Kind.RESULT, PayloadCopy.IN_OBJECT_STORE))
                .hasValueSatisfying(this::isWhole);
    }

    @Test
    void givenOutputLostDuringTheCopyWhenTheLedgerLacksTheEndThenTheRestIsStored() throws Exception {
        var slow = projecting();

        parts.events.pruneOutput(story.id()).join();

        slow.get();
        assertThat(parts.archive.fetch(story.id(), Kind.RESULT, PayloadCopy.IN_OBJECT_STORE))
                .hasValueSatisfying(kept -> assertThat(kept.length).isBetween(1, LENGTH - 1));
    }

    private Snapshot end() {
        return new Snapshot(story.record(), story.sequence());
    }

    /** Returns when the copy has begun. */
    private FutureTask<Void> projecting() throws Exception {
        var stored = parts.bus.stream("OBJ_" + Subjects.OUTPUTS);
        long before = lastSequence(stored);
        var task = new FutureTask<Void>(() -> {
            parts.projection.project(List.of(end()));
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
        Blocking.await(parts.ledger.write(List.of(new LedgerEntry(
                story.record(),
                story.sequence(),
                PayloadCopy.NONE,
                PayloadCopy.IN_OBJECT_STORE,
                false,
                PayloadCopy.NONE))));
    }

    private void isWhole(byte[] kept) {
        assertThat(kept).isEqualTo(output);
    }
}
