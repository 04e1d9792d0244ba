package dev.faas.spawner.run;

import dev.faas.spawner.engine.Sandbox;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends a run early, whichever phase it is in: interrupts a boot, cancels a command, lets go of the output. Thread-safe. */
final class RunStop {
    enum Cause {
        /** Somebody has asked for its cancellation. */
        CANCEL,
        /** The service stops; the run has had its grace. */
        DRAIN,
        /** Somebody else may hold the command by now. */
        LEASE_LOST
    }

    private @Nullable Cause cause;
    private @Nullable Thread bootStarted;
    private @Nullable Sandbox sandbox;
    private @Nullable Output output;

    /** From here to {@link #booted} a stop interrupts this thread. */
    synchronized void bootStarted(Thread thread) {
        bootStarted = thread;
        if (cause != null) {
            thread.interrupt();
        }
    }

    /** On the thread that booted: an interrupt that came meanwhile has done its work. */
    synchronized void bootEnded() {
        bootStarted = null;
        if (cause != null) {
            Thread.interrupted();
        }
    }

    /** From here on a stop cancels the sandbox; false when it has come before. */
    synchronized boolean attachSandbox(Sandbox booted) {
        sandbox = booted;
        return cause == null;
    }

    /** From here on a lost lease lets the output go too. */
    synchronized void attachOutput(Output flowing) {
        output = flowing;
        if (cause == Cause.LEASE_LOST) {
            flowing.close();
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
