package dev.faas.spawner.schedule;

import dev.faas.activation.SpawnerHeartbeat;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Limits how many activations run on this spawner, in total and per owner. The last slots are reserved for owners without a
 * run here. A slot is taken before work is pulled. Thread-safe.
 */
public final class Slots {
    private final int total;
    private final ToIntFunction<String> ownerLimit;
    private final Map<String, Integer> byOwner = new HashMap<>();
    private int taken;

    /** @param ownerLimit runs of one owner here; changes as spawners start and stop */
    public Slots(int total, ToIntFunction<String> ownerLimit) {
        this.total = total;
        this.ownerLimit = ownerLimit;
    }

    /** Whether a slot that is taken and not yet assigned may be assigned to this owner. */
    boolean canAssign(String owner) {
        int limit = ownerLimit.applyAsInt(owner);
        synchronized (this) {
            int held = byOwner.getOrDefault(owner, 0);
            return held < limit && (held == 0 || free() >= SpawnerHeartbeat.reservedSlots(total));
        }
    }

    /** Whether a slot is free that may be assigned to this owner. */
    boolean hasSlotFor(String owner) {
        if (!tryTake()) {
            return false;
        }
        boolean may = canAssign(owner);
        release();
        return may;
    }

    /** Assigns a taken slot to the owner, until {@link #release(String)}. */
    synchronized void assign(String owner) {
        byOwner.merge(owner, 1, Integer::sum);
    }

    synchronized void release(String owner) {
        byOwner.computeIfPresent(owner, (key, held) -> held == 1 ? null : held - 1);
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
}
