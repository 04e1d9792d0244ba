package dev.faas.spawner.schedule;

import dev.faas.activation.SpawnerHeartbeat;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * How many activations may run here at once, and how many of them may be one owner's. The last ones are kept for owners who
 * have none. A slot is taken before work is asked for, so that what comes has a place. Thread-safe.
 */
public final class Slots {
    private final int total;
    private final IntSupplier mostOfOne;
    private final Map<String, Integer> byOwner = new HashMap<>();
    private int taken;

    /** @param mostOfOne may change, with the spawners that share the platform's work */
    public Slots(int total, IntSupplier mostOfOne) {
        this.total = total;
        this.mostOfOne = mostOfOne;
    }

    /** Whether a slot that is taken, and nobody's yet, may be this owner's. */
    boolean canAssign(String owner) {
        int most = mostOfOne.getAsInt();
        synchronized (this) {
            int held = byOwner.getOrDefault(owner, 0);
            return held < most && (held == 0 || free() >= SpawnerHeartbeat.kept(total));
        }
    }

    /** A slot that is taken is this owner's, until {@link #release(String)}. */
    synchronized void assign(String owner) {
        byOwner.merge(owner, 1, Integer::sum);
    }

    synchronized void release(String owner) {
        byOwner.computeIfPresent(owner, (who, held) -> held == 1 ? null : held - 1);
        release();
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

    public synchronized int free() {
        return total - taken;
    }

    public int total() {
        return total;
    }

    /** From 0, idle, to 1, full. */
    synchronized double load() {
        return (double) taken / total;
    }
}
