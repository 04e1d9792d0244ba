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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores a run's output chunks in order, each exactly once. For one thread at a time, which waits for each chunk; output
 * written in the meantime goes into the next one.
 *
 * <p>Not pipelined: when a connection breaks, chunks in flight can be lost while later ones are stored over the next
 * connection, which leaves a hole that cannot be closed. A pipelined writer failed {@code OutageTest} that way at least three
 * times in nine or fewer runs. A single chunk, as a compare-and-set on its predecessor, can be sent again any number of times.
 */
final class ChunkPublisher {
    /** Reads and appends the output of one activation. */
    interface Channel {
        /** Fails unless the last chunk of any run has this sequence; 0: unless there is no chunk. */
        CompletableFuture<Long> append(OutputChunk chunk, long expected);

        /** The last chunk of any run. */
        CompletableFuture<Optional<OutputEvent>> last();

        boolean isFull();
    }

    private static final Logger LOG = LoggerFactory.getLogger(ChunkPublisher.class);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Channel channel;
    private final Map<Source, Long> storedBytes = new EnumMap<>(Source.class);
    private final Set<Source> truncated = EnumSet.noneOf(Source.class);
    private long expected;
    private long lastSequence;

    ChunkPublisher(Channel channel) {
        this.channel = channel;
    }

    /**
     * Blocks until the chunk is stored, or dropped because the stream is full. Everything after a dropped chunk is dropped
     * too, so stored output has no holes. An interrupt ends the wait.
     */
    void send(OutputChunk chunk) throws InterruptedException {
        if (channel.isFull()) {
            drop(chunk);
        }
        while (!truncated.contains(chunk.source())) {
            try {
                recordStored(chunk, Blocking.awaitReply(channel.append(chunk, expected)));
                return;
            } catch (BusException.StreamFull e) {
                drop(chunk);
            } catch (BusException.CompareAndSetRefused e) {
                if (isAlreadyStored(chunk)) {
                    return;
                }
            } catch (BusException e) {
                LOG.debug("output not stored yet run={} cause={}", chunk.runId(), e.getMessage());
                Thread.sleep(PAUSE);
            }
        }
    }

    /** Tries once, without waiting after a failure. False when it is not known to be stored: {@link #send} it then. */
    boolean trySend(OutputChunk chunk, Duration limit) throws InterruptedException {
        if (channel.isFull()) {
            return false;
        }
        try {
            recordStored(chunk, channel.append(chunk, expected).get(limit.toNanos(), TimeUnit.NANOSECONDS));
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private void drop(OutputChunk chunk) {
        if (truncated.add(chunk.source())) {
            LOG.warn(
                    "output truncated, event stream full run={} stream={} bytes={}",
                    chunk.runId(),
                    chunk.source(),
                    chunk.offset());
        }
    }

    /** Whether the last stored chunk is this one, and only its acknowledgement was lost. Else that chunk is the one to follow. */
    private boolean isAlreadyStored(OutputChunk chunk) throws InterruptedException {
        try {
            var last = Blocking.awaitReply(channel.last());
            expected = last.map(OutputEvent::sequence).orElse(0L);
            if (last.isPresent() && isSameChunk(last.get().chunk(), chunk)) {
                recordStored(chunk, expected);
                return true;
            }
        } catch (BusException e) {
            LOG.debug("last output not read run={} cause={}", chunk.runId(), e.getMessage());
            Thread.sleep(PAUSE);
        }
        return false;
    }

    private void recordStored(OutputChunk chunk, long sequence) {
        storedBytes.merge(chunk.source(), (long) chunk.bytes().length, Long::sum);
        expected = sequence;
        lastSequence = sequence;
    }

    long storedBytes(Source source) {
        return storedBytes.getOrDefault(source, 0L);
    }

    /** Of the last stored chunk; 0 if there is none. */
    long lastSequence() {
        return lastSequence;
    }

    private static boolean isSameChunk(OutputChunk a, OutputChunk b) {
        return a.runId().equals(b.runId()) && a.source() == b.source() && a.offset() == b.offset();
    }
}
