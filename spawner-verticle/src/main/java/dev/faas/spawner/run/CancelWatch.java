package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Snapshot;
import dev.faas.nats.Nats;

/**
 * Watches an activation's state and reports when the cancellation of a run was requested. A live message may be lost, so the
 * run's lease also {@linkplain #check checks} at each renewal.
 */
public final class CancelWatch implements AutoCloseable {
    private final ActivationEvents events;
    private final String activation;
    private final String runId;
    private final Runnable onCancel;
    private final Nats.Subscription live;

    /** @param onCancel may be called more than once, on a thread that must not be blocked */
    public CancelWatch(ActivationEvents events, String activation, String runId, Runnable onCancel) {
        this.events = events;
        this.activation = activation;
        this.runId = runId;
        this.onCancel = onCancel;
        this.live = events.subscribeToStates(activation, this::onState);
    }

    /** Reads the state from the leader. Does not block. */
    public void check() {
        var unused = events.lastFromLeader(activation)
                .thenAccept(last -> last.map(Snapshot::record).ifPresent(this::onState));
    }

    private void onState(ActivationRecord record) {
        if (record instanceof Running running && running.runId().equals(runId) && running.cancelRequested() != null) {
            onCancel.run();
        }
    }

    @Override
    public void close() {
        live.close();
    }
}
