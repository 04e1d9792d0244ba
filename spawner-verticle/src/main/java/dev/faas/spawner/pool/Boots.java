package dev.faas.spawner.pool;

import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Boots for lines, each on a virtual thread of its own, no more at once than the engine takes well. */
final class Boots {
    /** Hears of the end of each, on the boot's thread. */
    interface Listener {
        void onBooted(RevisionPool line, BootGate.Turn turn, Sandbox sandbox, Duration took);

        void onFailed(RevisionPool line, BootGate.Turn turn, SandboxUnavailable why);
    }

    private static final Logger log = LoggerFactory.getLogger(Boots.class);

    private final ContainerEngine engine;
    private final BootGate gate;
    private final Listener listener;

    /** @param places at once */
    Boots(ContainerEngine engine, int places, Listener listener) {
        this.engine = engine;
        this.gate = new BootGate(places, SandboxPool.CALM);
        this.listener = listener;
    }

    /** Returns at once. Under the pool's lock. */
    void start(RevisionPool line, boolean urgent) {
        var turn = gate.turn(line.key.owner(), urgent);
        boolean prepared = line.isPrepared();
        var thread = Thread.ofVirtual()
                .name("boot-" + line.key.spec().revision())
                .unstarted(() -> boot(line, turn, prepared));
        line.boots.put(turn, thread);
        thread.start();
    }

    /** Those that have not begun shall not. Under the pool's lock. */
    static void cancelWaiting(RevisionPool line) {
        line.boots.forEach((turn, thread) -> {
            if (turn.cancelIfWaiting()) {
                thread.interrupt(); // perhaps in a pull
            }
        });
    }

    private void boot(RevisionPool line, BootGate.Turn turn, boolean prepared) {
        try {
            if (!prepared) {
                engine.prepare(line.key.spec()); // outside the gate: a pull is no work of the processor's
            }
            turn.enter();
            Sandbox sandbox;
            long began = System.nanoTime();
            try {
                sandbox = engine.boot(line.key.spec());
            } finally {
                turn.leave();
            }
            listener.onBooted(line, turn, sandbox, Duration.ofNanos(System.nanoTime() - began));
        } catch (SandboxUnavailable e) {
            listener.onFailed(line, turn, e);
        } catch (InterruptedException e) {
            listener.onFailed(line, turn, new BootFailed("interrupted before a boot", e));
        } catch (RuntimeException e) {
            // The edge of the thread: whoever waits has to hear of it.
            log.error("a boot of {} failed", line.key.spec().revision(), e);
            listener.onFailed(line, turn, new BootFailed("the spawner could not boot it", e));
        }
    }
}
