package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Snapshot;
import dev.faas.nats.BusException;
import dev.faas.spawner.engine.SandboxSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what a run waits for (a pull) in its state's detail until it has a sandbox. Each update is a compare-and-set, so
 * one that comes too late changes nothing. Thread-safe.
 */
public final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private final SandboxSpec spec;
    private final StateWriter writer;
    private final String runId;
    private Snapshot last;
    private boolean isOver;

    Preparation(SandboxSpec spec, Snapshot claimed, StateWriter writer) {
        this.spec = spec;
        this.writer = writer;
        this.runId = ((Running) claimed.record()).runId();
        this.last = claimed;
    }

    public SandboxSpec spec() {
        return spec;
    }

    /** Blocks until the detail is stored, or the attempt to store it has failed. */
    public synchronized void publish(String detail) throws InterruptedException {
        if (!isOver) {
            append(detail);
        }
    }

    /** Clears the detail. Blocks if there is one. */
    synchronized void end() throws InterruptedException {
        if (!isOver) {
            append(null);
            isOver = true;
        }
    }

    private void append(@Nullable String detail) throws InterruptedException {
        var running = (Running) last.record();
        if (Objects.equals(running.waitsFor(), detail)) {
            return;
        }
        try {
            switch (writer.append(running.withWaitsFor(detail), last.sequence())) {
                case AppendResult.Stored(var stored) -> last = stored;
                case AppendResult.Superseded(var actual) -> {
                    if (actual.isPresent()
                            && actual.get().record() instanceof Running now
                            && now.runId().equals(runId)) {
                        last = actual.get(); // its cancellation was requested
                    } else {
                        isOver = true;
                    }
                }
            }
        } catch (BusException e) {
            LOG.debug("wait detail not stored run={} cause={}", runId, e.getMessage());
        }
    }
}
