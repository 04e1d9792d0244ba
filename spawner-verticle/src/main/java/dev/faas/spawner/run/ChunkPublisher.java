package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvent.OutputEvent;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of a run's chunks: each stored once, and none before its predecessor is. For one thread, which waits for
 * each; all that comes meanwhile goes into the next chunk.
 *
 * <p>Not pipelined: of several chunks on their way when a connection breaks, some can be lost while their successors are
 * stored over the next connection, which leaves a hole that nobody can close. A pipelined writer failed {@code OutageTest}
 * that way at least three times in nine or fewer runs. One chunk at a time, as a compare-and-set on its predecessor, may be
 * sent again as often as it takes.
 */
final class ChunkPublisher {
    /** The stream of one activation's output. */
    interface Channel {
        /** Refused unless the last chunk, of whichever run, has this sequence; 0: unless there is none. */
        CompletableFuture<Long> append(OutputChunk chunk, long expected);

        /** The last chunk, of whichever run. */
        CompletableFuture<Optional<OutputEvent>> last();

        /** Whether there is no room for output any more. */
        boolean isFull();
    }

    private static final Logger LOG = LoggerFactory.getLogger(ChunkPublisher.class);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Channel channel;
    private final Map<Source, Long> storedBytes = new EnumMap<>(Source.class);
    private final Set<Source> cut = EnumSet.noneOf(Source.class);
    private long expected;
    private long lastSequence;

    ChunkPublisher(Channel channel) {
        this.channel = channel;
    }

    /**
     * Returns when it is stored, or dropped for want of room; then so is all that follows it, because what is kept has no
     * holes. Whoever waits longer than it likes interrupts.
     */
    void send(OutputChunk chunk) throws InterruptedException {
        if (channel.isFull()) {
            cut(chunk);
        }
        while (!cut.contains(chunk.source())) {
            try {
                stored(chunk, Blocking.awaitReply(channel.append(chunk, expected)));
                return;
            } catch (BusException.StreamFull e) {
                cut(chunk);
            } catch (BusException.CompareAndSetRefused e) {
                if (isThere(chunk)) {
                    return;
                }
            } catch (BusException e) {
                LOG.debug("output of run {} is not stored yet: {}", chunk.runId(), e.getMessage());
                Thread.sleep(PAUSE);
            }
        }
    }

    private void cut(OutputChunk chunk) {
        if (cut.add(chunk.source())) {
            LOG.warn("{} of run {} is cut at {} bytes: no room", chunk.source(), chunk.runId(), chunk.offset());
        }
    }

    /** Ours, whose answer got lost; otherwise a chunk of an earlier run is the one to follow. */
    private boolean isThere(OutputChunk chunk) throws InterruptedException {
        try {
            var last = Blocking.awaitReply(channel.last());
            expected = last.map(OutputEvent::sequence).orElse(0L);
            if (last.isPresent() && same(last.get().chunk(), chunk)) {
                stored(chunk, expected);
                return true;
            }
        } catch (BusException e) {
            LOG.debug("output of run {}: {}", chunk.runId(), e.getMessage());
            Thread.sleep(PAUSE);
        }
        return false;
    }

    private void stored(OutputChunk chunk, long sequence) {
        storedBytes.merge(chunk.source(), (long) chunk.bytes().length, Long::sum);
        expected = sequence;
        lastSequence = sequence;
    }

    /** Of this stream, stored and acknowledged. */
    long storedBytes(Source source) {
        return storedBytes.getOrDefault(source, 0L);
    }

    /** Of the last chunk stored; 0 without any. */
    long lastSequence() {
        return lastSequence;
    }

    private static boolean same(OutputChunk a, OutputChunk b) {
        return a.runId().equals(b.runId()) && a.source() == b.source() && a.offset() == b.offset();
    }
}
