package dev.faas.spawner.docker.image;

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Limits what pulls take of Docker's disk: two run at a time, and each is broken off when it takes too much. A small layer may
 * unpack to any size, and Docker reports no size before it is unpacked.
 *
 * <p>The disk does not show which of two pulls filled it. So a pull that ran beside another is not blamed: it is repeated
 * {@linkplain #takeAll alone}. Thread-safe.
 */
final class PullPermits {
    private static final int PLACES = 2;
    private static final long MIB = 1 << 20;

    private final long maxBytes;
    private final LongSupplier diskRoom;
    private final Semaphore free = new Semaphore(PLACES, true);
    private final Collection<Permit> taken = ConcurrentHashMap.newKeySet();

    /**
     * @param maxBytes what one image may take, unpacked
     * @param diskRoom bytes free on Docker's disk beyond those to keep free; a constant if that is not known
     */
    PullPermits(long maxBytes, LongSupplier diskRoom) {
        this.maxBytes = maxBytes;
        this.diskRoom = diskRoom;
    }

    /** Blocks until one of the permits is free. */
    Permit take() throws InterruptedException {
        return take(1);
    }

    /** Blocks until no other pull runs; none begins before this permit is closed. */
    Permit takeAll() throws InterruptedException {
        return take(PLACES);
    }

    private Permit take(int count) throws InterruptedException {
        free.acquire(count);
        var permit = new Permit(count);
        taken.add(permit);
        if (taken.size() > 1) {
            taken.forEach(each -> each.shared = true);
        }
        return permit;
    }

    /** The sentence for an image that unpacks to more than the limit. */
    static String tooLarge(long maxBytes) {
        return "larger unpacked than %d MiB, the limit for one image (FAAS_IMAGE_MAX_MB)".formatted(maxBytes / MIB);
    }

    final class Permit implements AutoCloseable {
        private final int count;
        /** What an earlier pull left is removed only after its end, so the most room there was counts. */
        private long mostRoom = diskRoom.getAsLong();

        private volatile boolean shared;

        private Permit(int count) {
            this.count = count;
        }

        /** Why the pull must be broken off, as words after "is"; empty if it may go on. On one thread at a time. */
        Optional<String> excess() {
            long now = diskRoom.getAsLong();
            mostRoom = Math.max(mostRoom, now);
            if (mostRoom - now > maxBytes) {
                return Optional.of(tooLarge(maxBytes));
            }
            return now < 0
                    ? Optional.of("not pulled to its end, because Docker's disk is nearly full (FAAS_DISK_FREE_MB)")
                    : Optional.empty();
        }

        /** Whether another pull ran at any time since this one began. */
        boolean wasShared() {
            return shared;
        }

        @Override
        public void close() {
            taken.remove(this);
            free.release(count);
        }
    }
}
