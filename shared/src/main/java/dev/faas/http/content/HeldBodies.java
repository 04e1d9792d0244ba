package dev.faas.http.content;

import dev.faas.wire.Problem;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes of request bodies that a service holds in memory, in all and of each caller: bodies that arrive slowly must
 * not fill the heap. Thread-safe.
 */
public final class HeldBodies {
    /** While it is parsed and passed on, a body takes several times its size. */
    private static final int PART_OF_HEAP = 6;

    private static final int CALLERS_WITH_A_FULL_SHARE = 4;
    private static final int RETRY_AFTER_SECONDS = 1;

    private final long max;
    private final long maxOfCaller;
    private final Map<String, Long> byCaller = new HashMap<>();
    private long held;

    HeldBodies(long max) {
        this.max = max;
        this.maxOfCaller = max / CALLERS_WITH_A_FULL_SHARE;
    }

    public static HeldBodies inThisHeap() {
        return new HeldBodies(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /**
     * Fails with 503 when there is no room for so many bytes.
     *
     * @param caller empty before it is known; counted in the sum of all alone
     */
    public synchronized Hold hold(Optional<String> caller, long bytes) {
        long ofCaller = caller.map(it -> byCaller.getOrDefault(it, 0L)).orElse(0L);
        if (held + bytes > max || (ofCaller > 0 && ofCaller + bytes > maxOfCaller)) {
            throw Problem.unavailable(
                            "Too many request bodies are being received. Send fewer at a time, each with its"
                                    + " Content-Length.",
                            RETRY_AFTER_SECONDS)
                    .asException();
        }
        var hold = new Hold(caller);
        hold.change(bytes);
        return hold;
    }

    /** The place of one body. */
    public final class Hold {
        private final Optional<String> caller;
        private long bytes;

        private Hold(Optional<String> caller) {
            this.caller = caller;
        }

        /** The body has arrived, and may be shorter than was expected. */
        public void arrived(long length) {
            synchronized (HeldBodies.this) {
                change(Math.min(bytes, length));
            }
        }

        public void release() {
            synchronized (HeldBodies.this) {
                change(0);
            }
        }

        private void change(long now) {
            long more = now - bytes;
            bytes = now;
            held += more;
            caller.ifPresent(it -> byCaller.compute(it, (key, old) -> nullIfZero((old == null ? 0 : old) + more)));
        }
    }

    private static @Nullable Long nullIfZero(long bytes) {
        return bytes == 0 ? null : bytes;
    }
}
