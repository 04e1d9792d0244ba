package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.nats.BusFailures;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** An output stream in memory that loses chunks or acknowledgements on demand. */
final class FakeChannel implements ChunkPublisher.Channel {
    private final List<OutputChunk> storedChunks = new ArrayList<>();
    private final BlockingQueue<OutputChunk> coming = new LinkedBlockingQueue<>();
    private Predicate<OutputChunk> lost = chunk -> false;
    private Predicate<OutputChunk> unanswered = chunk -> false;
    private RuntimeException failure = new IllegalStateException("not set");
    private boolean holding;
    private boolean full;

    /** From now on stores nothing and answers nothing. */
    synchronized void hold() {
        holding = true;
    }

    /** Sets whether there is room. */
    synchronized void full(boolean now) {
        full = now;
    }

    @Override
    public synchronized boolean isFull() {
        return full;
    }

    /** Stores a chunk of another writer. */
    synchronized void store(OutputChunk chunk) {
        storedChunks.add(chunk);
    }

    /** The first matching chunk is not stored and fails. */
    synchronized void loseOnce(Predicate<OutputChunk> which, RuntimeException how) {
        lost = which;
        failure = how;
    }

    /** The first matching chunk is stored, and yet fails. */
    synchronized void failOnceThoughStored(Predicate<OutputChunk> which, RuntimeException how) {
        unanswered = which;
        failure = how;
    }

    @Override
    public synchronized CompletableFuture<Long> append(OutputChunk chunk, long expected) {
        coming.add(chunk);
        if (holding) {
            return new CompletableFuture<>();
        }
        if (lost.test(chunk)) {
            lost = any -> false;
            return CompletableFuture.failedFuture(failure);
        }
        if (expected != storedChunks.size()) {
            return CompletableFuture.failedFuture(BusFailures.refused());
        }
        storedChunks.add(chunk);
        if (unanswered.test(chunk)) {
            unanswered = any -> false;
            return CompletableFuture.failedFuture(failure);
        }
        return CompletableFuture.completedFuture((long) storedChunks.size());
    }

    @Override
    public synchronized CompletableFuture<Optional<OutputEvent>> last() {
        return CompletableFuture.completedFuture(
                storedChunks.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new OutputEvent(storedChunks.size(), storedChunks.getLast())));
    }

    /** The next chunk that arrives, stored or not. */
    OutputChunk next() throws InterruptedException {
        var chunk = coming.poll(10, TimeUnit.SECONDS);
        assertThat(chunk).as("a chunk").isNotNull();
        return chunk;
    }

    int unseen() {
        return coming.size();
    }

    synchronized List<OutputChunk> storedChunks() {
        return List.copyOf(storedChunks);
    }

    synchronized byte[] bytes(Source source) {
        var bytes = new ByteArrayOutputStream();
        for (var chunk : storedChunks) {
            if (chunk.source() == source) {
                assertThat(chunk.offset()).isEqualTo(bytes.size());
                bytes.writeBytes(chunk.bytes());
            }
        }
        return bytes.toByteArray();
    }
}
