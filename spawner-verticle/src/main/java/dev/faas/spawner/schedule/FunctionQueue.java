package dev.faas.spawner.schedule;

import dev.faas.wire.Subjects.QueueKey;

/** One function's queue, as far as this spawner has to do with it. Guarded by the lock of {@link Scheduler}. */
final class FunctionQueue {
    final QueueKey key;
    boolean pulling;
    /** A sign came while a pull was under way, which may have been too early for it. */
    boolean notifiedDuringPull;
    /** The broker said that nothing else waits, and no sign has come since. */
    boolean knownEmpty;
    /** Runs of it on this spawner. */
    int running;
    /** By {@link System#nanoTime}. */
    long notBefore;

    FunctionQueue(QueueKey key) {
        this.key = key;
    }
}
