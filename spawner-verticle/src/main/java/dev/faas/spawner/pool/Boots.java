package dev.faas.spawner.pool;

import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Boots sandboxes, each on its own virtual thread, as {@link BootGate} admits them. */
final class Boots {
    /** Called at the end of each boot, on its thread. */
    interface Listener {
        void onBooted(RevisionPool pool, BootGate.Turn turn, Sandbox sandbox, Duration took);

        void onFailed(RevisionPool pool, BootGate.Turn turn, SandboxUnavailable why);

        /** There is no room for a sandbox ahead of demand. */
        void onSkipped(RevisionPool pool, BootGate.Turn turn);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Boots.class);

    private final ContainerEngine engine;
    private final BootGate gate;
    private final BootRoom room;
    private final Listener listener;

    /** @param places at once */
    Boots(ContainerEngine engine, int places, BootRoom room, Listener listener) {
        this.engine = engine;
        this.room = room;
        this.gate = new BootGate(places, SandboxPool.CALM);
        this.listener = listener;
    }

    /** Returns at once. Under the pool's lock. */
    void start(RevisionPool pool, boolean urgent) {
        var turn = gate.turn(pool.key.owner(), urgent);
        boolean prepared = pool.isPrepared();
        var thread = Thread.ofVirtual()
                .name("boot-" + pool.key.spec().revision())
                .unstarted(() -> boot(pool, turn, prepared));
        pool.boots.put(turn, thread);
        thread.start();
    }

    /** Cancels the boots that have not begun. Under the pool's lock. */
    static void cancelWaiting(RevisionPool pool) {
        pool.boots.forEach((turn, thread) -> {
            if (turn.cancelIfWaiting()) {
                thread.interrupt(); // it may be in a pull
            }
        });
    }

    private void bootInRoom(RevisionPool pool, BootGate.Turn turn) throws InterruptedException, SandboxUnavailable {
        Sandbox sandbox = null;
        long began;
        try {
            turn.enter();
            began = System.nanoTime();
            try {
                sandbox = engine.boot(pool.key.spec());
            } finally {
                turn.leave();
            }
        } finally {
            if (sandbox == null) {
                room.giveBack(pool.need);
            }
        }
        listener.onBooted(pool, turn, sandbox, Duration.ofNanos(System.nanoTime() - began));
    }

    private void boot(RevisionPool pool, BootGate.Turn turn, boolean prepared) {
        try {
            if (!prepared) {
                engine.prepare(pool.key.spec()); // outside the gate: a pull is not bound by processors
            }
            if (room.take(pool.need, turn)) {
                bootInRoom(pool, turn);
            } else {
                listener.onSkipped(pool, turn);
            }
        } catch (SandboxUnavailable e) {
            listener.onFailed(pool, turn, e);
        } catch (InterruptedException e) {
            listener.onFailed(pool, turn, new BootFailed("interrupted before the boot of a sandbox", e));
        } catch (RuntimeException e) {
            // The last catch of this thread: the runs that wait must be told.
            LOG.error("boot failed revision={}", pool.key.spec().revision(), e);
            listener.onFailed(pool, turn, new BootFailed("the spawner failed to boot the sandbox", e));
        }
    }
}
