package dev.faas.spawner.run;

import dev.faas.spawner.engine.Outcome;
import dev.faas.spawner.engine.OutputSink;
import dev.faas.spawner.engine.SecretValues;
import dev.faas.spawner.engine.Termination;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Replaces secrets in a run's stderr by {@code ***}, also where they come in pieces: bytes that may begin a secret are held
 * until it is clear. For one thread that writes output, and one that ends it.
 */
final class LogMask implements OutputSink {
    private static final byte[] STARS = {'*', '*', '*'};

    /** Of the stream: from, to. */
    private record Range(long from, long to) {}

    private final SecretValues values;
    private final OutputSink sink;
    private final ReentrantLock lock = new ReentrantLock();
    /** Made when it is needed: most runs write no log. */
    private @Nullable SecretPatterns patterns;
    /** The bytes of the stream from {@code begin} to {@code end}. */
    private byte[] held = new byte[0];

    private long begin;
    private long end;
    /** In the order of the stream, apart from each other. */
    private final ArrayDeque<Range> secrets = new ArrayDeque<>();

    private boolean isFirstMasked;
    private int state = SecretPatterns.START;

    LogMask(SecretValues values, OutputSink sink) {
        this.values = values;
        this.sink = sink;
    }

    /** The same outcome, with a detail that has no secret. */
    Outcome mask(Outcome outcome) {
        return outcome.termination() instanceof Termination.StartFailed(var detail)
                ? new Outcome(new Termination.StartFailed(mask(detail)), outcome.usage())
                : outcome;
    }

    private String mask(String text) {
        var bytes = new ByteArrayOutputStream();
        var mask = new LogMask(values, (stream, some, offset, length) -> bytes.write(some, offset, length));
        var all = text.getBytes(StandardCharsets.UTF_8);
        mask.write(Stream.STDERR, all, 0, all.length);
        mask.end();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void write(Stream stream, byte[] bytes, int offset, int length) {
        if (stream == Stream.STDOUT || values.all().isEmpty()) {
            sink.write(stream, bytes, offset, length);
            return;
        }
        lock.lock();
        try {
            mask(patterns(), bytes, offset, length);
        } finally {
            lock.unlock();
        }
    }

    private SecretPatterns patterns() {
        var made = patterns == null ? SecretPatterns.of(values) : patterns;
        patterns = made;
        return made;
    }

    private void mask(SecretPatterns known, byte[] bytes, int offset, int length) {
        hold(bytes, offset, length);
        for (int i = offset; i < offset + length; i++) {
            end++;
            state = known.next(state, bytes[i]);
            int match = known.longestMatch(state);
            if (match > 0) {
                addSecret(end - match, end);
            }
        }
        release(end - known.pendingBytes(state));
    }

    /** Call after the last write. Drops what is held if a write still waits for the sink: its run was given up. */
    void end() {
        if (lock.tryLock()) {
            try {
                release(end);
            } finally {
                lock.unlock();
            }
        }
    }

    private void hold(byte[] bytes, int offset, int length) {
        int have = (int) (end - begin);
        held = Arrays.copyOf(held, have + length);
        System.arraycopy(bytes, offset, held, have, length);
    }

    /** It ends later than all there are, and may begin earlier. */
    private void addSecret(long from, long to) {
        long first = from;
        while (!secrets.isEmpty() && secrets.getLast().to > first) {
            first = Math.min(first, secrets.removeLast().from);
        }
        secrets.addLast(new Range(first, to));
    }

    private void release(long limit) {
        var out = new ByteArrayOutputStream();
        long at = begin;
        while (at < limit) {
            var next = secrets.peekFirst();
            if (next == null || next.from >= limit) {
                at = copy(at, limit, out);
            } else if (at < next.from) {
                at = copy(at, next.from, out);
            } else {
                if (!isFirstMasked) {
                    out.writeBytes(STARS);
                }
                at = Math.min(limit, next.to);
                isFirstMasked = at < next.to;
                if (!isFirstMasked) {
                    secrets.removeFirst();
                }
            }
        }
        held = Arrays.copyOfRange(held, (int) (limit - begin), held.length);
        begin = limit;
        if (out.size() > 0) {
            sink.write(Stream.STDERR, out.toByteArray(), 0, out.size());
        }
    }

    private long copy(long from, long to, ByteArrayOutputStream out) {
        out.write(held, (int) (from - begin), (int) (to - from));
        return to;
    }
}
