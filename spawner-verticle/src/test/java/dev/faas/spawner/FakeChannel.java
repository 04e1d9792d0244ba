package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A stream of output in memory, which loses chunks or answers as it is told. */
final class FakeChannel implements ChunkPublisher.Channel {
    private final List<OutputChunk> stored = new ArrayList<>();
    private final BlockingQueue<OutputChunk> coming = new LinkedBlockingQueue<>();
    private final List<CompletableFuture<Long>> held = new ArrayList<>();
    private Predicate<OutputChunk> lost = chunk -> false;
    private Predicate<OutputChunk> unanswered = chunk -> false;
    private RuntimeException failure = new IllegalStateException("not set");
    private boolean holding;
    private boolean slowly;

    /** From now on nothing is stored and nothing answered. */
    synchronized void hold() {
        holding = true;
    }

    /** The first time such a chunk comes it is not stored, and fails so. */
    synchronized void loseOnce(Predicate<OutputChunk> which, RuntimeException how) {
        lost = which;
        failure = how;
    }

    /** The same, though the failure is told only after the next chunk has come. */
    synchronized void loseSlowlyOnce(Predicate<OutputChunk> which, RuntimeException how) {
        lost = which;
        failure = how;
        slowly = true;
    }

    /** The first time such a chunk comes it is stored, and fails so all the same. */
    synchronized void failOnceThoughStored(Predicate<OutputChunk> which, RuntimeException how) {
        unanswered = which;
        failure = how;
    }

    @Override
    public synchronized CompletableFuture<Long> append(OutputChunk chunk) {
        coming.add(chunk);
        if (holding) {
            var never = new CompletableFuture<Long>();
            held.add(never);
            notifyAll();
            return never;
        }
        held.forEach(late -> late.completeExceptionally(failure));
        if (lost.test(chunk)) {
            lost = any -> false;
            if (slowly) {
                held.add(new CompletableFuture<>());
                return held.getLast();
            }
            return CompletableFuture.failedFuture(failure);
        }
        stored.add(chunk);
        if (unanswered.test(chunk)) {
            unanswered = any -> false;
            return CompletableFuture.failedFuture(failure);
        }
        return CompletableFuture.completedFuture((long) stored.size());
    }

    @Override
    public synchronized CompletableFuture<Optional<OutputEvent>> last() {
        return CompletableFuture.completedFuture(
                stored.isEmpty() ? Optional.empty() : Optional.of(new OutputEvent(stored.size(), stored.getLast())));
    }

    OutputChunk next() throws InterruptedException {
        var chunk = coming.poll(10, TimeUnit.SECONDS);
        assertThat(chunk).as("a chunk").isNotNull();
        return chunk;
    }

    synchronized void awaitInFlight(int count) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (held.size() < count) {
            assertThat(System.nanoTime() - until).isNegative();
            wait(100);
        }
    }

    synchronized int inFlight() {
        return held.size();
    }

    synchronized List<OutputChunk> stored() {
        return List.copyOf(stored);
    }

    synchronized byte[] bytes(Source source) {
        var bytes = new ByteArrayOutputStream();
        for (var chunk : stored) {
            if (chunk.source() == source) {
                assertThat(chunk.offset()).isEqualTo(bytes.size());
                bytes.writeBytes(chunk.bytes());
            }
        }
        return bytes.toByteArray();
    }
}
