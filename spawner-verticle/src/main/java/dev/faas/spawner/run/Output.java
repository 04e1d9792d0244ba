package dev.faas.spawner.run;

import dev.faas.activation.ActivationStage;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Report;
import dev.faas.spawner.engine.OutputSink;
import dev.faas.wire.FunctionSpec.Limits;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a run's output while it runs, in chunks of at most 64 KiB: cut when full, 25 ms after the chunk's first byte, or
 * at the end. Output beyond the function's caps is read and dropped. A full buffer blocks the writer until NATS has stored a
 * chunk, unless the output is closed. What a short run wrote is published at its end, by the thread that waits for that.
 */
final class Output implements OutputSink, AutoCloseable {
    /**
     * What was stored.
     *
     * @param result stdout, if it is complete, text, and short enough for the record
     * @param resultBytes stored, without what was dropped
     * @param lastOutput sequence of the last chunk; 0 without any
     */
    record Summary(
            @Nullable String result,
            long resultBytes,
            boolean resultTruncated,
            long logBytes,
            boolean logTruncated,
            long lastOutput) {
        static final Summary EMPTY = new Summary(null, 0, false, 0, false, 0);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Output.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final String activation;
    private final String runId;
    private final InstantSource clock;
    private final ChunkPublisher publisher;
    private final Map<Source, CappedStream> streams = new EnumMap<>(Source.class);
    private final Map<Source, Long> nextOffset = new EnumMap<>(Source.class);
    private final ByteArrayOutputStream inlineResult = new ByteArrayOutputStream();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Thread publishing;
    private boolean firstByteSeen;
    private boolean finished;
    private boolean closed;

    Output(String activation, String runId, Limits limits, ChunkPublisher.Channel channel, InstantSource clock) {
        this.activation = activation;
        this.runId = runId;
        this.clock = clock;
        this.publisher = new ChunkPublisher(channel);
        streams.put(Source.STDOUT, new CappedStream(limits.resultKb() * 1024L));
        streams.put(Source.STDERR, new CappedStream(limits.logKb() * 1024L));
    }

    /** From now on output is published while the run goes on. Call it before output has waited for 25 ms. */
    void startPublishing() {
        lock.lock();
        try {
            if (publishing == null && !finished) {
                startThread(null);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * For a holder of the lock.
     *
     * @param first of the chunks to send
     */
    private void startThread(@Nullable OutputChunk first) {
        if (!closed) {
            publishing = Thread.ofVirtual().name("output-" + runId).start(() -> publish(first));
        }
    }

    @Override
    public void write(Stream stream, byte[] bytes, int offset, int length) {
        var source = stream == Stream.STDOUT ? Source.STDOUT : Source.STDERR;
        var target = streams.get(source);
        lock.lock();
        try {
            if (!firstByteSeen) {
                firstByteSeen = true;
                ActivationStage.FIRST_BYTE.record(activation);
            }
            int done = 0;
            while (done < length && !closed) {
                long before = target.keptBytes();
                int taken = target.take(bytes, offset + done, length - done, System.nanoTime());
                if (source == Source.STDOUT && inlineResult.size() <= Report.INLINE_BYTES) {
                    inlineResult.write(bytes, offset + done, (int) (target.keptBytes() - before));
                }
                done += taken;
                if (taken > 0) {
                    changed.signalAll();
                } else {
                    startPublishing();
                    changed.awaitUninterruptibly();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Call after the last write. Waits up to the limit until everything is stored; what is not stored by then is dropped. */
    Summary finish(Duration limit) throws InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        var thread = finishPublishing(until);
        if (thread != null && !thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())))) {
            LOG.warn("output not stored in time, truncated run={} limitSeconds={}", runId, limit.toSeconds());
            close();
            thread.join(CLOSE_LIMIT);
        }
        return summarize();
    }

    /** Returns the thread that stores the rest; null when this thread has done so: that spares changing threads twice. */
    private @Nullable Thread finishPublishing(long until) throws InterruptedException {
        lock.lock();
        try {
            finished = true;
            changed.signalAll();
            if (publishing != null) {
                return publishing;
            }
        } finally {
            lock.unlock();
        }
        for (var chunk = awaitChunk(); chunk != null; chunk = awaitChunk()) {
            if (!publisher.trySend(chunk, Duration.ofNanos(until - System.nanoTime()))) {
                lock.lock();
                try {
                    startThread(chunk);
                    return publishing;
                } finally {
                    lock.unlock();
                }
            }
        }
        return null;
    }

    /** Drops what is not stored yet and releases a writer that waits. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            if (publishing != null) {
                publishing.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private Summary summarize() {
        lock.lock();
        try {
            var out = streams.get(Source.STDOUT);
            var err = streams.get(Source.STDERR);
            var text = out.isTruncated() || out.keptBytes() > Report.INLINE_BYTES
                    ? null
                    : Utf8.decode(inlineResult.toByteArray()).orElse(null);
            // A result in the record is complete even if its chunks were dropped.
            long result = text != null ? out.keptBytes() : publisher.storedBytes(Source.STDOUT);
            long log = publisher.storedBytes(Source.STDERR);
            return new Summary(
                    text,
                    result,
                    out.isTruncated() || result < out.keptBytes(),
                    log,
                    err.isTruncated() || log < err.keptBytes(),
                    publisher.lastSequence());
        } finally {
            lock.unlock();
        }
    }

    private void publish(@Nullable OutputChunk first) {
        try {
            for (var chunk = first == null ? awaitChunk() : first; chunk != null; chunk = awaitChunk()) {
                publisher.send(chunk);
            }
        } catch (InterruptedException closing) {
            LOG.debug("output dropped run={}", runId);
        }
    }

    /** Waits for the next chunk; null at the end. */
    private @Nullable OutputChunk awaitChunk() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = System.nanoTime();
                long wait = Long.MAX_VALUE;
                for (var each : streams.entrySet()) {
                    var stream = each.getValue();
                    var due = stream.dueAt();
                    if (finished ? !stream.isEmpty() : due.isPresent() && due.getAsLong() - now <= 0) {
                        return toChunk(each.getKey(), stream.cut(finished, now));
                    }
                    wait = due.isPresent() ? Math.min(wait, due.getAsLong() - now) : wait;
                }
                if (finished) {
                    return null;
                }
                if (wait == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    changed.awaitNanos(wait);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private OutputChunk toChunk(Source source, byte[] bytes) {
        long offset = nextOffset.getOrDefault(source, 0L);
        nextOffset.put(source, offset + bytes.length);
        changed.signalAll();
        return new OutputChunk(runId, source, offset, clock.instant(), bytes);
    }
}
