package dev.faas.spawner.engine;

/** What runs in a {@link FakeEngine}'s container, in place of a process. */
public interface FakeProgram {

    /** Gives the exit code. InterruptedException is how a signal reaches it. */
    int run(FakeProcess process) throws InterruptedException;

    /** A program that dies otherwise than by exiting throws this. */
    final class Died extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Termination ending;

        public Died(Termination ending) {
            super(ending.toString());
            this.ending = ending;
        }

        public Termination ending() {
            return ending;
        }
    }
}
