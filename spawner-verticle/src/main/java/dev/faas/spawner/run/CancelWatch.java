package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Snapshot;
import dev.faas.nats.Nats;
import org.jspecify.annotations.Nullable;

/**
 * Watches an activation's state and reports when the cancellation of a run was requested. A live message may be lost, so the
 * run's lease also {@linkplain #check checks} at each renewal. A short run is not watched: its own writes would be all that
 * the watch receives.
 */
public final class CancelWatch implements AutoCloseable {
    private final ActivationEvents events;
    private final String activation;
    private final String runId;
    private final Runnable onCancel;
    private Nats.@Nullable Subscription live;

    /** @param onCancel may be called more than once, on a thread that must not be blocked */
    public CancelWatch(ActivationEvents events, String activation, String runId, Runnable onCancel) {
        this.events = events;
        this.activation = activation;
        this.runId = runId;
        this.onCancel = onCancel;
    }

    /** Subscribes, and reads what was requested before. Once, before {@link #close}. Does not block. */
    public void start() {
        live = events.subscribeToStates(activation, this::onState);
        check();
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
        if (live != null) {
            live.close();
        }
    }
}
