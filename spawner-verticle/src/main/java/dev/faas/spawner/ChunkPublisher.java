package dev.faas.spawner;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.nats.BusException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ordered, pipelined writer of one run's chunks: a bounded number on their way at a time, each stored once and none
 * before its predecessor. For one thread, which waits while the window is full.
 *
 * <p>When an answer does not come, nothing more is sent until all that is on its way has been answered; then the last chunk
 * in the stream tells from where to go on.
 */
final class ChunkPublisher {
    /** The stream of one activation's output. */
    interface Channel {
        CompletableFuture<Long> append(OutputChunk chunk);

        /** The newest chunk there is, of whichever run. */
        CompletableFuture<Optional<OutputEvent>> last();
    }

    static final int WINDOW = 8;

    private static final Logger LOG = LoggerFactory.getLogger(ChunkPublisher.class);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private record Sent(OutputChunk chunk, CompletableFuture<Long> stored) {}

    private final Channel channel;
    private final ArrayDeque<Sent> inFlight = new ArrayDeque<>();
    private final Map<Source, Long> storedBytes = new EnumMap<>(Source.class);
    private long lastSequence;

    ChunkPublisher(Channel channel) {
        this.channel = channel;
    }

    void send(OutputChunk chunk) throws InterruptedException {
        while (!inFlight.isEmpty()
                && (inFlight.size() >= WINDOW || inFlight.peek().stored().isDone())) {
            settleOldest();
        }
        inFlight.add(new Sent(chunk, channel.append(chunk)));
    }

    /** Returns when everything sent is stored, or known to be lost. */
    void flush() throws InterruptedException {
        while (!inFlight.isEmpty()) {
            settleOldest();
        }
    }

    /** Of this stream, stored and acknowledged. */
    long storedBytes(Source source) {
        return storedBytes.getOrDefault(source, 0L);
    }

    /** Of the last chunk stored; 0 without any. */
    long lastSequence() {
        return lastSequence;
    }

    private void settleOldest() throws InterruptedException {
        var oldest = inFlight.element();
        try {
            stored(oldest.chunk(), Answer.of(oldest.stored()));
            inFlight.remove();
        } catch (BusException.StreamFull e) {
            LOG.warn("output of run {} is lost: {}", oldest.chunk().runId(), e.getMessage());
            inFlight.remove();
        } catch (BusException e) {
            LOG.debug(
                    "output of run {} was not acknowledged: {}", oldest.chunk().runId(), e.getMessage());
            resume();
        }
    }

    private void stored(OutputChunk chunk, long sequence) {
        storedBytes.merge(chunk.source(), (long) chunk.bytes().length, Long::sum);
        lastSequence = Math.max(lastSequence, sequence);
    }

    private void resume() throws InterruptedException {
        var unsure = List.copyOf(inFlight);
        for (var sent : unsure) {
            settled(sent);
        }
        var last = lastStored();
        int next = 0;
        for (int i = 0; i < unsure.size(); i++) {
            if (last.isPresent() && same(unsure.get(i).chunk(), last.get().chunk())) {
                next = i + 1;
            }
        }
        inFlight.clear();
        for (int i = 0; i < next; i++) {
            var sent = unsure.get(i);
            if (!sent.stored().isCompletedExceptionally()) {
                stored(sent.chunk(), sent.stored().join());
            } else if (i == next - 1) {
                stored(sent.chunk(), last.orElseThrow().sequence());
            } else {
                // Sent again it would come after its successors: a hole is the lesser evil, and is reported as one.
                LOG.warn(
                        "output of run {} has a hole at {}",
                        sent.chunk().runId(),
                        sent.chunk().offset());
            }
        }
        for (var sent : unsure.subList(next, unsure.size())) {
            inFlight.add(new Sent(sent.chunk(), channel.append(sent.chunk())));
        }
    }

    private static void settled(Sent sent) throws InterruptedException {
        try {
            Answer.of(sent.stored());
        } catch (BusException e) {
            LOG.trace("not acknowledged either: {}", e.getMessage());
        }
    }

    /** Asks until the bus answers: whoever waits for this thread has a limit, and interrupts it. */
    private Optional<OutputEvent> lastStored() throws InterruptedException {
        while (true) {
            Thread.sleep(PAUSE);
            try {
                return Answer.of(channel.last());
            } catch (BusException e) {
                LOG.trace("not yet: {}", e.getMessage());
            }
        }
    }

    private static boolean same(OutputChunk a, OutputChunk b) {
        return a.runId().equals(b.runId()) && a.source() == b.source() && a.offset() == b.offset();
    }
}
