package dev.faas.spawner;

/** How many activations may run here at once. A slot is taken before work is asked for, so that what comes has a place. */
final class Slots {
    private final int total;
    private int taken;

    Slots(int total) {
        this.total = total;
    }

    synchronized boolean tryTake() {
        if (taken == total) {
            return false;
        }
        taken++;
        return true;
    }

    synchronized void release() {
        if (taken == 0) {
            throw new IllegalStateException("no slot is taken");
        }
        taken--;
    }

    synchronized int free() {
        return total - taken;
    }

    int total() {
        return total;
    }

    /** From 0, idle, to 1, full. */
    synchronized double load() {
        return (double) taken / total;
    }
}
