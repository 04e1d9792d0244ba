package dev.faas.spawner.engine;

/** Runs in a {@link FakeEngine}'s container in place of a process. */
public interface FakeProgram {

    /** Returns the exit code. A signal arrives as an InterruptedException. */
    int run(FakeProcess process) throws InterruptedException;

    /** Thrown by a program that ends other than by exiting. */
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
