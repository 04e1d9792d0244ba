package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;

/** Holds what this spawner knows about one function's queue. Guarded by the lock of {@link Scheduler}. */
final class FunctionQueue {
    final QueueKey key;
    boolean pulling;
    /** A work notification arrived during a pull, which may have been sent too early to see that work. */
    boolean notifiedDuringPull;
    /** The broker reported that nothing else waits, and no work notification has arrived since. */
    boolean knownEmpty;
    /** Runs on this spawner. */
    int running;
    /** By {@link System#nanoTime}. */
    long notBefore;

    FunctionQueue(QueueKey key) {
        this.key = key;
    }
}
