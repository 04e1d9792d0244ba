package dev.faas.spawner.run;

import dev.faas.spawner.engine.Sandbox;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends a run early, in any phase: interrupts its boot, cancels its command, closes its output. Thread-safe. */
final class RunStop {
    enum Cause {
        CANCEL,
        /** The service stops, and the grace period is over. */
        DRAIN,
        /** The command may be delivered to another spawner by now. */
        LEASE_LOST
    }

    private @Nullable Cause cause;
    private @Nullable Thread bootStarted;
    private @Nullable Sandbox sandbox;
    private @Nullable Output output;

    /** Until {@link #bootEnded} a stop interrupts this thread. */
    synchronized void bootStarted(Thread thread) {
        bootStarted = thread;
        if (cause != null) {
            thread.interrupt();
        }
    }

    /** On the thread that booted: clears an interrupt by a stop. */
    synchronized void bootEnded() {
        bootStarted = null;
        if (cause != null) {
            Thread.interrupted();
        }
    }

    /** From now on a stop cancels the sandbox. False if a stop was requested before. */
    synchronized boolean attachSandbox(Sandbox attached) {
        sandbox = attached;
        return cause == null;
    }

    /** From now on a lost lease closes the output. */
    synchronized void attachOutput(Output attached) {
        output = attached;
        if (cause == Cause.LEASE_LOST) {
            attached.close();
        }
    }

    synchronized void request(Cause why) {
        if (cause == null || why == Cause.LEASE_LOST) {
            cause = why;
        }
        if (bootStarted != null) {
            bootStarted.interrupt();
        }
        if (sandbox != null) {
            sandbox.cancel();
        }
        if (output != null && why == Cause.LEASE_LOST) {
            output.close();
        }
    }

    synchronized Optional<Cause> cause() {
        return Optional.ofNullable(cause);
    }
}
