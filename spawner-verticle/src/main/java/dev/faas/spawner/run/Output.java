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
 * What one run writes, on its way to the stream while the run goes on: chunks of 64 KiB, or what there is 25 ms after the
 * first byte, or at the end. Exactly the caps are kept, the rest is drained. A full buffer makes the writer wait for the
 * bus, unless the output is closed.
 */
final class Output implements OutputSink, AutoCloseable {
    /**
     * What became of it.
     *
     * @param result stdout, if it is complete, text, and short enough to travel in the record
     * @param resultBytes kept
     */
    record Summary(
            @Nullable String result,
            long resultBytes,
            boolean resultTruncated,
            long logBytes,
            boolean logTruncated,
            long lastOutput) {
        static final Summary NOTHING = new Summary(null, 0, false, 0, false, 0);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Output.class);
    private static final Duration LAST_GASP = Duration.ofSeconds(5);

    private final String activation;
    private final String runId;
    private final InstantSource clock;
    private final ChunkPublisher publisher;
    private final Map<Source, CappedStream> streams = new EnumMap<>(Source.class);
    private final Map<Source, Long> cutBytes = new EnumMap<>(Source.class);
    private final ByteArrayOutputStream inline = new ByteArrayOutputStream();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private boolean begun;
    private boolean ended;
    private boolean closed;

    Output(String activation, String runId, Limits limits, ChunkPublisher.Channel channel, InstantSource clock) {
        this.activation = activation;
        this.runId = runId;
        this.clock = clock;
        this.publisher = new ChunkPublisher(channel);
        streams.put(Source.STDOUT, new CappedStream(limits.resultKb() * 1024L));
        streams.put(Source.STDERR, new CappedStream(limits.logKb() * 1024L));
        this.thread = Thread.ofVirtual().name("output-" + runId).start(this::publish);
    }

    @Override
    public void write(Stream stream, byte[] bytes, int offset, int length) {
        var source = stream == Stream.STDOUT ? Source.STDOUT : Source.STDERR;
        var into = streams.get(source);
        lock.lock();
        try {
            if (!begun) {
                begun = true;
                ActivationStage.FIRST_BYTE.reached(activation);
            }
            int done = 0;
            while (done < length && !closed) {
                long before = into.keptBytes();
                int taken = into.take(bytes, offset + done, length - done, System.nanoTime());
                if (source == Source.STDOUT && inline.size() <= Report.INLINE_BYTES) {
                    inline.write(bytes, offset + done, (int) (into.keptBytes() - before));
                }
                done += taken;
                if (taken > 0) {
                    changed.signalAll();
                } else {
                    changed.awaitUninterruptibly();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** No more will be written: sends the rest and waits until all is stored, up to a limit; what is not is truncated. */
    Summary finish(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!thread.join(limit)) {
            LOG.warn("output of run {} was not stored within {} s", runId, limit.toSeconds());
            close();
            thread.join(LAST_GASP);
        }
        return kept();
    }

    /** Gives up what is not stored yet; a writer waits no longer. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }

    private Summary kept() {
        lock.lock();
        try {
            var out = streams.get(Source.STDOUT);
            var err = streams.get(Source.STDERR);
            var text = out.isTruncated() || out.keptBytes() > Report.INLINE_BYTES
                    ? null
                    : Utf8.decode(inline.toByteArray()).orElse(null);
            // A result that travels in the record is whole whatever became of its chunks.
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

    private void publish() {
        try {
            for (var chunk = next(); chunk != null; chunk = next()) {
                publisher.send(chunk);
            }
        } catch (InterruptedException givenUp) {
            LOG.debug("output of run {} given up", runId);
        }
    }

    /** Waits for the next chunk that is due; null at the end. */
    private @Nullable OutputChunk next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = System.nanoTime();
                long wait = Long.MAX_VALUE;
                for (var each : streams.entrySet()) {
                    var stream = each.getValue();
                    var due = stream.dueAt();
                    if (ended ? !stream.isEmpty() : due.isPresent() && due.getAsLong() - now <= 0) {
                        return chunk(each.getKey(), stream.cut(ended, now));
                    }
                    wait = due.isPresent() ? Math.min(wait, due.getAsLong() - now) : wait;
                }
                if (ended) {
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

    private OutputChunk chunk(Source source, byte[] bytes) {
        long offset = cutBytes.getOrDefault(source, 0L);
        cutBytes.put(source, offset + bytes.length);
        changed.signalAll();
        return new OutputChunk(runId, source, offset, clock.instant(), bytes);
    }
}
