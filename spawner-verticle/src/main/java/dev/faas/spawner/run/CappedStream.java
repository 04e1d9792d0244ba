package dev.faas.spawner.run;

import dev.faas.activation.OutputChunk;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Cuts one of a run's two streams into chunks: keeps the first {@code cap} bytes, drops the rest, cuts between characters.
 * Reads no clock: callers pass the time. Not thread-safe.
 */
final class CappedStream {
    /** How long a byte may wait for more bytes before its chunk is cut. */
    static final long LINGER_NANOS = 25_000_000;

    private static final int SMALL = 1024;

    private final long cap;
    private byte[] buffer = new byte[0];
    private int length;
    private long firstByteAt;
    private long keptBytes;
    private boolean isTruncated;

    CappedStream(long cap) {
        this.cap = cap;
    }

    /** Returns how many bytes it took: what fits the current chunk, or all of them once the cap is reached. */
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
                firstByteAt = now;
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

    /** When the next chunk is due; empty while there is no complete character. */
    OptionalLong dueAt() {
        if (Utf8.completeLength(buffer, length) == 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(length == OutputChunk.MAX_BYTES ? firstByteAt : firstByteAt + LINGER_NANOS);
    }

    /** Returns the next chunk; at the end of the stream with an incomplete last character. */
    byte[] cut(boolean end, long now) {
        int complete = end ? length : Utf8.completeLength(buffer, length);
        var chunk = Arrays.copyOf(buffer, complete);
        System.arraycopy(buffer, complete, buffer, 0, length - complete);
        length -= complete;
        firstByteAt = now;
        return chunk;
    }

    boolean isEmpty() {
        return length == 0;
    }

    long keptBytes() {
        return keptBytes;
    }

    boolean isTruncated() {
        return isTruncated;
    }
}
