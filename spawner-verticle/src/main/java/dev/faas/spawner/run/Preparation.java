package dev.faas.spawner.run;

import dev.faas.activation.ActivationEvents.Appended;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Snapshot;
import dev.faas.nats.BusException;
import dev.faas.spawner.engine.SandboxSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run waits for until it has its sandbox, as its state tells it. Each word is a compare-and-set like every other
 * state: one that comes too late is refused, and whoever concludes the run finds it. Thread-safe.
 */
public final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private final SandboxSpec spec;
    private final StateWriter writer;
    private final String runId;
    private Snapshot last;
    private boolean over;

    Preparation(SandboxSpec spec, Snapshot claimed, StateWriter writer) {
        this.spec = spec;
        this.writer = writer;
        this.runId = ((Running) claimed.record()).runId();
        this.last = claimed;
    }

    public SandboxSpec spec() {
        return spec;
    }

    /** Blocks until it is stored, or cannot be for now. */
    public synchronized void publish(String what) throws InterruptedException {
        if (!over) {
            append(what);
        }
    }

    /** It waits no more. Blocks, but only if it has been told that it did. */
    synchronized void end() throws InterruptedException {
        if (!over) {
            append(null);
            over = true;
        }
    }

    private void append(@Nullable String what) throws InterruptedException {
        var running = (Running) last.record();
        if (Objects.equals(running.waitsFor(), what)) {
            return;
        }
        try {
            switch (writer.append(running.waitingFor(what), last.sequence())) {
                case Appended.Stored(var stored) -> last = stored;
                case Appended.Superseded(var actual) -> {
                    if (actual.isPresent()
                            && actual.get().record() instanceof Running now
                            && now.runId().equals(runId)) {
                        last = actual.get(); // its cancellation was asked for
                    } else {
                        over = true;
                    }
                }
            }
        } catch (BusException e) {
            LOG.debug("run {}: what it waits for is not told: {}", runId, e.getMessage());
        }
    }
}
