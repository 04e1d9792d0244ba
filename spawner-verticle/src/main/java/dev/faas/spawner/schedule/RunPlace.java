package dev.faas.spawner.schedule;

import dev.faas.wire.Capacity;

/** Holds what one run, or the pull for it, has taken: a slot of this spawner, and what its container needs. */
final class RunPlace {
    final FunctionQueue queue;
    /** Changes once at most, before the run's container is booted. */
    volatile Capacity need;

    RunPlace(FunctionQueue queue, Capacity need) {
        this.queue = queue;
        this.need = need;
    }
}
