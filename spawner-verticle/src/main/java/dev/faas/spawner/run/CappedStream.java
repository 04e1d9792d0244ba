package dev.faas.spawner.run;

import dev.faas.activation.OutputChunk;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * One of a run's two streams on its way into chunks: keeps the first {@code cap} bytes, counts the rest as truncated, cuts
 * between characters. Knows the time only from its callers. Not thread-safe.
 */
final class CappedStream {
    /** How long a byte may wait for company. */
    static final long LINGER_NANOS = 25_000_000;

    private static final int SMALL = 1024;

    private final long cap;
    private byte[] buffer = new byte[0];
    private int length;
    private long since;
    private long keptBytes;
    private boolean isTruncated;

    CappedStream(long cap) {
        this.cap = cap;
    }

    /** Takes as many bytes as there is room for in the chunk at hand; all of them once the cap is reached. */
    int take(byte[] bytes, int offset, int count, long now) {
        long within = Math.min(count, cap - keptBytes);
        if (within == 0) {
            isTruncated |= count > 0;
            return count;
        }
        int taken = (int) Math.min(within, OutputChunk.MAX_BYTES - length);
        if (taken > 0) {
            grow(length + taken);
            if (length == 0) {
                since = now;
            }
            System.arraycopy(bytes, offset, buffer, length, taken);
            length += taken;
            keptBytes += taken;
        }
        return taken;
    }

    private void grow(int needed) {
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(
                    buffer, Math.min(OutputChunk.MAX_BYTES, Math.max(SMALL, Integer.highestOneBit(needed) << 1)));
        }
    }

    /** When the next chunk is to be cut; empty while there is no whole character to send. */
    OptionalLong dueAt() {
        if (Utf8.completeLength(buffer, length) == 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(length == OutputChunk.MAX_BYTES ? since : since + LINGER_NANOS);
    }

    /** What goes into the next chunk; at the end half a character too. */
    byte[] cut(boolean end, long now) {
        int whole = end ? length : Utf8.completeLength(buffer, length);
        var chunk = Arrays.copyOf(buffer, whole);
        System.arraycopy(buffer, whole, buffer, 0, length - whole);
        length -= whole;
        since = now;
        return chunk;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** Bytes taken and not over the cap. */
    long keptBytes() {
        return keptBytes;
    }

    boolean isTruncated() {
        return isTruncated;
    }
}
