package dev.faas.lifecycle;

/**
 * What has to be done although its thread was told to stop, such as cleaning up after that very stop: waits would end at
 * once in a thread that is interrupted, with an exception from each.
 */
public final class Uninterrupted {
    /** @param <E> what it may fail with */
    @FunctionalInterface
    public interface Task<E extends Exception> {
        void run() throws E;
    }

    private Uninterrupted() {}

    /** Afterwards the thread is interrupted again, if it was. An interrupt that comes meanwhile does reach the task. */
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
