package dev.faas.spawner.schedule;

import dev.faas.wire.Capacity;
import dev.faas.wire.Subjects.QueueKey;
import org.jspecify.annotations.Nullable;

/** Holds what this spawner knows about one function's queue. Guarded by the lock of {@link Scheduler}. */
final class FunctionQueue {
    final QueueKey key;
    boolean pulling;
    /** Work was announced during a pull, which may have been sent too early to see that work. */
    boolean announcedDuringPull;
    /** The broker reported that nothing else waits, and no work has been announced since. */
    boolean knownEmpty;
    /** The broker notified this spawner alone of work: if the next pull finds nothing, it is repeated once. */
    boolean notified;
    /** Pulls in a row that found nothing although this spawner had been notified. */
    int vainPulls;
    /** Runs on this spawner. */
    int running;
    /** By {@link System#nanoTime}. */
    long notBefore;
    /** Work was announced after the last offer, which may have been about less. */
    boolean announcedSinceOffer;
    /** Of the last offer, by {@link System#nanoTime}; at first long enough ago that one may follow at once. */
    long offeredAt = System.nanoTime() - 1_000_000_000L;

    /** Since when it could have had a turn but for its need, by {@link System#nanoTime}; null if it could not, or has had one. */
    @Nullable
    Long lackingRoomSince;
    /** What its last activation needed, if that was more than its current revision needs and did not fit. */
    volatile @Nullable Capacity refusedNeed;

    FunctionQueue(QueueKey key) {
        this.key = key;
    }
}
