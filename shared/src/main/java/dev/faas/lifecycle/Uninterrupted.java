package dev.faas.lifecycle;

/** Runs a task on a thread that may be interrupted already, such as the clean-up after a stop. Without this, each wait in the task
 * would end at once with an exception.
 */
public final class Uninterrupted {

    @FunctionalInterface
    public interface Task<E extends Exception> {
        void run() throws E;
    }

    private Uninterrupted() {}

    /** Restores the interrupt afterwards. An interrupt during the task does reach it. */
    public static <E extends Exception> void run(Task<E> task) throws E {
        boolean interrupted = Thread.interrupted();
        try {
            task.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
