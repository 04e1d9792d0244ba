package dev.faas.registry.maintenance;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Snapshot;
import java.time.InstantSource;

/** Holds what the repairs of activations have in common. */
public record RepairContext(
        RepairStore store,
        ActivationEvents events,
        CommandQueue queue,
        LostActivationCloser closer,
        InstantSource clock) {
    /** {@link RetryEnqueuer} enqueues its command when the next attempt is due. */
    boolean isWaitingForRetry(Snapshot state) {
        return state.record() instanceof ActivationRecord.Queued queued
                && queued.remainingWait(clock.instant()).isPositive();
    }
}
